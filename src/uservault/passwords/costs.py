"""What a hash costs to verify: its scheme and parameters, without salt and digest."""

import re

# No password matches these.
DUMMY_BCRYPT = f"$bcrypt-sha256$v=2,t=2b,r={{}}${'.' * 22}${'.' * 31}"
DUMMY_ARGON2 = f"{{}}{'A' * 22}${'A' * 43}"
BCRYPT = re.compile(r"\$2[abxy]?\$(\d\d)\$|\$bcrypt-sha256\$(?:v=2,t=2[ab],r=|2[ab],)(\d{1,2})\$")
ARGON2 = re.compile(r"\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+\$")


def beginning(hash: str) -> str:
    """The scheme and the parameters, which begin every hash of the same cost; or the whole hash
    if it is damaged."""
    found = BCRYPT.match(hash) or ARGON2.match(hash)
    return found[0] if found else hash


def dummy_like(hash: str) -> str | None:
    """The hash of no password that costs as much; the same for all that do. None if unknown."""
    if bcrypt := BCRYPT.match(hash):
        return DUMMY_BCRYPT.format(int(bcrypt[1] or bcrypt[2]))
    argon2 = ARGON2.match(hash)
    return DUMMY_ARGON2.format(argon2[0]) if argon2 else None
