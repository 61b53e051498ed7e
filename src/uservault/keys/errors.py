from uservault.kit.problems import Conflict, NotFound, Unavailable


class KeyNotFound(NotFound):
    title = "There is no such signing key."


class KeyRaced(Conflict):
    title = "Another signing key was created at the same time. List the keys, then try again."


class NoKeyPairs(Conflict):
    title = "USERVAULT_TOKENS__ALGORITHM is HS256, which uses no key pairs."


class SigningKeyLost(Unavailable):
    title = "Neither USERVAULT_SEALING_KEYS nor JWT_SECRET_KEY decrypts the signing key."
