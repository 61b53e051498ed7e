from uservault.kit.problems import Forbidden


class RegistrationClosed(Forbidden):
    title = "You cannot register here by yourself."
