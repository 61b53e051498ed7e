from uservault.kit.addresses import local_domain
from uservault.kit.problems import Invalid
from uservault.wiring.ports import Resources

NOT_ALLOWED = "USERVAULT_REGISTRATION__LOCAL_DOMAINS does not allow addresses in .{}."


class EmailDomains:
    """Which domains without public e-mail a new address may be in."""

    def __init__(self, resources: Resources) -> None:
        self.allowed = resources.settings.registration.local_domains

    def check(self, email: str) -> None:
        """Raises Invalid. Addresses that users have already are not checked."""
        domain = local_domain(email)
        if domain and domain not in self.allowed:
            raise Invalid(errors=[{"pointer": "/body/email", "detail": NOT_ALLOWED.format(domain)}])
