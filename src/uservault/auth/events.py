from uservault.events.log import Event


class LoginSucceeded(Event):
    type = "login.succeeded"


class LoginFailed(Event):
    type = "login.failed"
