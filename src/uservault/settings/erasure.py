from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone


class ErasureSettings(Branch):
    grace_days: OrNone[int] = Field(
        None,
        ge=0,
        le=3650,
        description="Days for which a deleted user can be restored. 0: never. Default: 7 in"
        " production, 0 in development.",
    )
