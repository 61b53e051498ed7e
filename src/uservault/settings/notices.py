from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone


class NoticeSettings(Branch):
    """Each setting has the name of its e-mail template."""

    password_changed: OrNone[bool] = Field(
        None,
        description="E-mail users when their password has changed. This and the next nine are on"
        " by default in production only.",
    )
    email_change_requested: OrNone[bool] = Field(
        None, description="E-mail the present address when another one is to replace it."
    )
    email_changed: OrNone[bool] = Field(
        None, description="E-mail the old address when the e-mail address has changed."
    )
    email_added: OrNone[bool] = Field(
        None, description="E-mail the primary address when another address has been verified."
    )
    reset_link_made: OrNone[bool] = Field(
        None, description="E-mail users when an administrator made a link for a new password."
    )
    email_marked: OrNone[bool] = Field(
        None,
        description="E-mail users when an administrator marked their address as verified or not.",
    )
    new_device: OrNone[bool] = Field(
        None, description="E-mail users after a login from a new device or IP address."
    )
    account_deactivated: OrNone[bool] = Field(
        None, description="E-mail users when their account has been deactivated."
    )
    account_deleted: OrNone[bool] = Field(
        None, description="E-mail users when their account has been deleted."
    )
    role_granted: OrNone[bool] = Field(
        None, description="E-mail users when they have been given a role."
    )
