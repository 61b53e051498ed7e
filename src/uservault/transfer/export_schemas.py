from pydantic import BaseModel, ConfigDict, Field

from uservault.transfer.writing import ExportFormat


class ExportQuery(BaseModel):
    """Unknown parameters are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    format: ExportFormat = ExportFormat.NDJSON
    hashes: bool = Field(False, description="With the hashes of passwords.")
