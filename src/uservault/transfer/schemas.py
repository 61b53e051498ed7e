from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from uservault.kit.identity import Email
from uservault.kit.schema import BodyId, Locale, Moment, Schema, Username
from uservault.metadata.schemas import Document
from uservault.passwords.schemas import NewPassword
from uservault.roles.schemas import RoleName

MAX_ID = 10**15  # the ids of users who come later follow the highest
# At most what `exact(255)` keeps, without control characters.
ExternalId = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class ImportRow(Schema):
    """A user to import."""

    username: Username
    email: Email
    password: NewPassword | None = None
    password_hash: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    email_verified: bool = False
    is_active: bool = True
    created_at: Moment | None = None
    last_login_at: Moment | None = None
    locale: Locale | None = None
    profile: Document | None = None
    metadata_public: Document | None = None
    metadata_admin: Document | None = None
    roles: Annotated[list[RoleName], Field(max_length=100)] = Field(default_factory=list)
    external_id: ExternalId | None = None
    id: Annotated[BodyId, Field(lt=MAX_ID)] | None = None

    @model_validator(mode="after")
    def _one_password(self) -> "ImportRow":
        if self.password is not None and self.password_hash is not None:
            raise ValueError("Send `password` or `password_hash`, not both.")
        return self


class OnConflict(StrEnum):
    """What becomes of a row whose user exists, by `external_id`, else address, else username."""

    ERROR = "error"
    SKIP = "skip"
    UPDATE = "update"


class ImportQuery(BaseModel):
    """Unknown parameters are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    dry_run: bool = Field(False, description="Check every row, and write nothing.")
    on_conflict: OnConflict = Field(
        OnConflict.ERROR,
        description="For a user who exists, by `external_id`, else address, else username.",
    )
    keep_ids: bool = Field(False, description="Take the ids of the rows.")


class Status(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    ERROR = "error"


class RowResult(BaseModel):
    """What became of a row. With `error`, the other members say why, as in problem details."""

    line: int
    status: Status
    id: int | None = None
    code: str | None = None
    title: str | None = None
    detail: str | None = None
    errors: list[dict[str, Any]] | None = None


class Summary(BaseModel):
    """`complete` is false if the import stopped before the last row."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    errors: int = 0
    complete: bool = False
    dry_run: bool = False
