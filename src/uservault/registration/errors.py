from uservault.kit.problems import Forbidden


class RegistrationClosed(Forbidden):
    title = "Nobody can register by themselves here."
