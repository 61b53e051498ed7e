"""Connections to the real service, byte by byte."""

import socket
from pathlib import Path

from tests.support.patience import patience
from tests.support.serving import Served

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
ESTABLISHED = "01"  # in /proc/net/tcp


def connect(served: Served, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(
        ("127.0.0.1", served.port), timeout=patience(), source_address=(source, 0)
    )


def answered(connection: socket.socket) -> bytes:
    """The first answer, up to its body's last byte."""
    data = b""
    while b'"}' not in data:
        some = connection.recv(65536)
        assert some, data
        data += some
    return data


def connections(served: Served) -> int:
    """The server's open connections: a client that does not read does not see their end."""
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [row.split() for row in table]
    return sum(row[1].endswith(f":{served.port:04X}") and row[3] == ESTABLISHED for row in rows)
