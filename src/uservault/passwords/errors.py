from uservault.kit.problems import Forbidden, Invalid


class PasswordRefused(Invalid):
    """`reason` is the rule that the password breaks."""

    title = "This password cannot be used."

    def __init__(self, reason: str, field: str = "password") -> None:
        self.reason = reason
        super().__init__(errors=[{"pointer": f"/body/{field}", "detail": reason}])


class CurrentPasswordWrong(Forbidden):
    title = "The current password is wrong."
    keep_writes = True  # keeps the event of the failed try
