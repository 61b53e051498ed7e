"""UserVault's own permissions, for people."""

from uservault.access.principal import Permission
from uservault.permissions.schemas import PermissionRead

DESCRIPTIONS = {
    Permission.USERS_READ: "List and read all users.",
    Permission.USERS_WRITE: "Create, change, activate and deactivate users.",
    Permission.USERS_DELETE: "Delete users.",
    Permission.USERS_RECOVER: "Set users' passwords, make reset links, mark addresses verified.",
    Permission.SESSIONS_READ: "Read users' sessions, and what has been revoked.",
    Permission.SESSIONS_WRITE: "End users' sessions.",
    Permission.ROLES_READ: "Read roles, permissions, and who has which.",
    Permission.ROLES_WRITE: "Change roles and permissions, and give roles to users.",
    Permission.AUDIT_READ: "Read the record of events.",
    Permission.MAIL_READ: "List e-mails to users.",
    Permission.MAIL_WRITE: "Retry failed e-mails.",
    Permission.INVITATIONS_WRITE: "Invite people.",
    Permission.TRANSFER_IMPORT: "Import users, with their passwords.",
    Permission.TRANSFER_EXPORT: "Export users.",
}
BUILT_IN = [
    PermissionRead(name=permission.value, description=DESCRIPTIONS[permission], source="uservault")
    for permission in Permission
]
