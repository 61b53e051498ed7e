from uservault.kit.problems import TooManyRequests


class TooManyTries(TooManyRequests):
    title = "Too many tries. Wait a moment."
