"""bcrypt at the cost that UserVault is measured with; the library's own default is Argon2id.

By itself:

passwords.py hash PASSWORD
passwords.py verify PASSWORD HASH NUMBER
"""

import os
import sys
from time import perf_counter

from fastapi_users.password import PasswordHelper
from pwdlib import PasswordHash
from pwdlib.hashers.bcrypt import BcryptHasher

helper = PasswordHelper(PasswordHash((BcryptHasher(rounds=int(os.environ["BCRYPT_ROUNDS"])),)))


def seconds(password: str, hash: str, number: int) -> float:
    """How long it takes to verify the password so often."""
    began = perf_counter()
    for _ in range(number):
        if not helper.verify_and_update(password, hash)[0]:
            raise ValueError("not the password")
    return perf_counter() - began


if __name__ == "__main__":
    deed, password, *rest = sys.argv[1:]
    if deed == "hash":
        print(helper.hash(password))
    else:
        print(seconds(password, rest[0], int(rest[1])))
