from uservault.kit.problems import Conflict, NotFound


class RoleNotFound(NotFound):
    title = "There is no such role."


class UnknownRole(Conflict):
    title = "There is no role of this name."


class RoleNameTaken(Conflict):
    title = "Another role has this name."


class BuiltInRole(Conflict):
    title = "This role is built in: it cannot be changed or deleted."


class LastAdministrator(Conflict):
    title = "This is the last active administrator."
