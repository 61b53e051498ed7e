"""Which text is an e-mail address."""

from email_validator import validate_email

LOCAL_DOMAINS = ("local", "home.arpa", "test")  # no mail crosses the Internet to them
STAND_IN = ".lan"  # for one of them: email-validator refuses them all


def local_domain(address: str) -> str | None:
    """Which of LOCAL_DOMAINS the address is in."""
    lowered = address.lower()
    return next((each for each in LOCAL_DOMAINS if lowered.endswith(f".{each}")), None)


def validated(address: str) -> tuple[str, str | None]:
    """The address, and as ASCII if it has such a form: its domain by IDNA 2008, its local part in
    NFC. Also in a local domain. Raises ValueError."""
    local = local_domain(address)
    stand_in = address[: -len(f".{local}")] + STAND_IN if local else address
    found = validate_email(stand_in, check_deliverability=False)
    if local is None:
        return found.normalized, found.ascii_email
    forms = (found.normalized, found.ascii_email)
    spelled, ascii_form = (each and each.removesuffix(STAND_IN) + f".{local}" for each in forms)
    return spelled or "", ascii_form
