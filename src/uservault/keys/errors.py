from uservault.kit.problems import Conflict, NotFound, Unavailable


class KeyNotFound(NotFound):
    title = "There is no such signing key."


class KeyRaced(Conflict):
    title = "Another signing key was made at the same time: look, and try again."


class NoKeyPairs(Conflict):
    title = "USERVAULT_TOKENS__ALGORITHM is HS256, which has no key pairs."


class SigningKeyLost(Unavailable):
    title = "No key of USERVAULT_SEALING_KEYS, or JWT_SECRET_KEY, opens the signing key."
