from pydantic import BaseModel, ConfigDict, Field

from uservault.transfer.writing import ExportFormat


class ExportQuery(BaseModel):
    """Unknown parameters are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    format: ExportFormat = Field(
        ExportFormat.NDJSON, description="`ndjson`: a JSON object a line. `csv`: with a header row."
    )
    hashes: bool = Field(False, description="With the hashes of passwords.")
