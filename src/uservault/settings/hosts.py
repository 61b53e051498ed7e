from ipaddress import ip_address


def stays_here(host: str | None) -> bool:
    """Whether it is loopback or a Unix socket, or none, which is a driver's default for those.

    No name is resolved: only `localhost` is known.
    """
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
