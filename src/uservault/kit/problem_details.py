"""How the document describes a problem."""

from pydantic import BaseModel, Field


class FieldError(BaseModel):
    """One error in a request."""

    pointer: str = Field(
        description="Where the error is: a JSON Pointer (RFC 6901). It begins with `/body`,"
        " `/query`, `/path` or `/header`.",
        examples=["/body/email"],
    )
    detail: str = Field(
        description="What is wrong. Never repeats the value.",
        examples=["String should have at least 6 characters"],
    )


class ProblemDetails(BaseModel):
    """An error as problem details (RFC 9457). Match on `code`: it is stable."""

    type: str = Field(
        description="A URI reference that identifies the problem.",
        examples=["/problems/email-taken"],
    )
    title: str = Field(description="A text for people, the same for every occurrence.")
    status: int = Field(description="The HTTP status code.", examples=[409])
    code: str = Field(description="The last segment of `type`.", examples=["email-taken"])
    detail: str | None = Field(None, description="Details of this occurrence.")
    request_id: str | None = Field(None, description="Quote it when you ask for help.")
    error: str | None = Field(
        None, description="At `token` and `revoke`: the OAuth error (RFC 6749 §5.2)."
    )
    error_description: str | None = Field(None, description="Goes with `error`, for people.")
    errors: list[FieldError] | None = Field(None, description="With 422: the invalid parts.")
    missing: list[str] | None = Field(None, description="With 403: the permissions you lack.")
    until: str | None = Field(
        None, description="When the problem ends by itself, if it does (RFC 3339)."
    )
