from uservault.events.log import Event


class PasswordChanged(Event):
    type = "password.changed"


class PasswordChangeRefused(Event):
    type = "password.change_refused"
