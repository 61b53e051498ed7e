from uservault.kit.problems import Conflict, Invalid, NotFound


class RoleNotFound(NotFound):
    title = "The role does not exist."


class UnknownRole(Conflict):
    title = "There is no role with this name."


class UnknownPermission(Invalid):
    title = "There is no permission with this name. Applications' permissions are registered first."


class RoleNameTaken(Conflict):
    title = "Another role has this name."


class BuiltInRole(Conflict):
    title = "You cannot change or delete a built-in role."


class LastAdministrator(Conflict):
    title = "This is the last active administrator."


class GrantOver(Invalid):
    title = "A grant must end in the future, and after it starts."
