from uservault.kit.problems import Invalid


class PasswordRefused(Invalid):
    """`reason` says which rule of the policy refuses it."""

    title = "This password cannot be used."

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(errors=[{"pointer": "/body/password", "detail": reason}])
