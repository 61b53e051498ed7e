class TokenRefused(Exception):
    """The token is not valid. The reason is not disclosed, because it would help attackers."""


class Unavailable(Exception):
    """The token cannot be checked, because UserVault has been unavailable for too long."""
