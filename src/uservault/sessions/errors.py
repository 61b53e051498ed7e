from uservault.kit.problems import NotFound, Unauthorized


class RefreshRefused(Unauthorized):
    title = "The refresh token is not valid, or no longer. Log in again."
    oauth_error = "invalid_grant"
    keep_writes = True  # a token used twice ends its session


class SessionNotFound(NotFound):
    title = "There is no such session, or it has ended."
