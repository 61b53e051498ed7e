import unicodedata


def composed(password: str) -> str:
    """The password in one form (NFC), as one keyboard composes an accent and another does not.

    Nothing else of it is changed (A4).
    """
    return unicodedata.normalize("NFC", password)
