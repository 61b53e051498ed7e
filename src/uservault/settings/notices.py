from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone


class NoticeSettings(Branch):
    """Each by the name of its e-mail."""

    password_changed: OrNone[bool] = Field(
        None, description="Tell users by mail; by default in production only, like the next four."
    )
    email_changed: OrNone[bool] = Field(None, description="Tell the old address.")
    new_device: OrNone[bool] = Field(
        None, description="Tell of a login from a device, or an address, that they never used."
    )
    account_deactivated: OrNone[bool] = Field(None, description="Tell users by mail.")
    role_granted: OrNone[bool] = Field(None, description="Tell users by mail.")
