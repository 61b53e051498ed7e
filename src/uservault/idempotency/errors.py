from uservault.kit.problems import Conflict, Invalid


class IdempotencyKeyInUse(Conflict):
    title = "The first request with this Idempotency-Key is not finished. Try again."


class IdempotencyKeyReused(Invalid):
    title = "This Idempotency-Key belongs to another request. Use a new key."
