from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class ErasureSettings(Branch):
    grace_days: int = Field(
        0,
        ge=0,
        le=3650,
        description="Days for which a deleted user can be restored. 0: never.",
    )
