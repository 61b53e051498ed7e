class TokenRefused(Exception):
    """The token is not a good one. Why, is nobody's business but the log's, and not even its."""


class Unavailable(Exception):
    """It cannot be said whether the token is good: UserVault has been away for too long."""
