"""Werkzeug's own hash, by itself.

passwords.py hash PASSWORD
passwords.py verify PASSWORD HASH NUMBER
"""

import sys
from time import perf_counter

from werkzeug.security import check_password_hash, generate_password_hash


def seconds(password: str, hash: str, number: int) -> float:
    """How long it takes to verify the password so often."""
    began = perf_counter()
    for _ in range(number):
        if not check_password_hash(hash, password):
            raise ValueError("not the password")
    return perf_counter() - began


if __name__ == "__main__":
    deed, password, *rest = sys.argv[1:]
    if deed == "hash":
        print(generate_password_hash(password))
    else:
        print(seconds(password, rest[0], int(rest[1])))
