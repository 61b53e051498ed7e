"""What production says about settings that it refuses."""

WEAK_SIGNING_KEY = (
    "JWT_SECRET_KEY: required in production, with 32 random bytes or more and not a published"
    " example (create one: `openssl rand -hex 32`); not needed with key pairs and"
    " USERVAULT_SEALING_KEYS"
)
WEAK_SEALING_KEY = (
    "USERVAULT_SEALING_KEYS: each with 32 random bytes or more in production (create one:"
    " `openssl rand -hex 32`)"
)

EVERY_PROXY = (
    "USERVAULT_TRUSTED_PROXIES: not the whole internet in production, since every client could then"
    " claim any address"
)
NO_PUBLIC_URL = "USERVAULT_PUBLIC_URL: required in production; the links in e-mails begin with it"
