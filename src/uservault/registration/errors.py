from uservault.kit.problems import Forbidden


class RegistrationClosed(Forbidden):
    title = "Registration is closed."
