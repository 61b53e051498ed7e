"""The languages that e-mails are written in."""

LANGUAGES = ("en", "de", "es", "fr", "sw")


def language(locale: str | None) -> str:
    """Our language for a BCP 47 tag: `de` for `de-AT`. English if we do not have it."""
    primary = (locale or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]
