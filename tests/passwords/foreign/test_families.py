from collections.abc import Callable
from typing import Any

import pytest
from passlib import hash as made_by

from uservault.passwords.foreign import argon2, bcrypt, pbkdf2, scrypt
from uservault.passwords.foreign.known_hash import KnownHash, Secrets
from uservault.passwords.foreign.refusals import HashTooCostly, MalformedHash

PASSWORD = "correct h\u00f6rse"
Read = Callable[[str], KnownHash]
ARGON2 = {"memory_cost": 64, "time_cost": 1, "parallelism": 1}
# Each hash is made by passlib at the time of the test, which shows its own forms only.
MADE: list[tuple[Read, Any]] = [
    (pbkdf2.phc, made_by.pbkdf2_sha1.using(rounds=9)),
    (pbkdf2.phc, made_by.pbkdf2_sha256.using(rounds=9)),
    (pbkdf2.phc, made_by.pbkdf2_sha512.using(rounds=9)),
    (pbkdf2.ldap, made_by.ldap_pbkdf2_sha1.using(rounds=9)),
    (pbkdf2.ldap, made_by.ldap_pbkdf2_sha256.using(rounds=9)),
    (pbkdf2.ldap, made_by.ldap_pbkdf2_sha512.using(rounds=9)),
    (scrypt.phc, made_by.scrypt.using(rounds=5)),
    (scrypt.phc, made_by.scrypt.using(rounds=5, parallelism=5)),
    *((argon2.phc, made_by.argon2.using(type=kind, **ARGON2)) for kind in ("I", "D", "ID")),
    *((bcrypt.plain, made_by.bcrypt.using(rounds=4, ident=kind)) for kind in ("2a", "2b", "2y")),
    *((bcrypt.by_passlib, made_by.bcrypt_sha256.using(rounds=4, version=n)) for n in (1, 2)),
]
EMPTY = "A" * 43
TOO_COSTLY: list[tuple[Read, str]] = [
    (pbkdf2.phc, f"$pbkdf2-sha256$2000001$AA$AAAA{EMPTY[4:]}"),
    (pbkdf2.phc, f"$pbkdf2$i=1500001,l=64$AA${'A' * 86}"),
    (scrypt.phc, f"$scrypt$ln=18,r=8,p=1$AA${EMPTY}"),
    (scrypt.phc, f"$scrypt$ln=4,r=8,p=17$AA${EMPTY}"),
    (argon2.phc, f"$argon2id$v=19$m=131073,t=1,p=1${'A' * 22}${EMPTY}"),
    (argon2.phc, f"$argon2id$v=19$m=131072,t=5,p=1${'A' * 22}${EMPTY}"),
    (bcrypt.plain, f"$2b$17${'.' * 53}"),
]


@pytest.mark.parametrize(("read", "library"), MADE)
class TestHashByPasslib:
    def test_is_verified(self, read: Read, library: Any) -> None:
        known = read(library.hash(PASSWORD))

        assert known.compare(PASSWORD, Secrets())
        assert not known.compare(PASSWORD + "x", Secrets())

    def test_begins_like_all_of_its_cost(self, read: Read, library: Any) -> None:
        first, second = library.hash(PASSWORD), library.hash("another")

        assert read(first).alike == read(second).alike
        assert read(first).dummy == read(second).dummy
        assert second.startswith(read(first).alike.beginning)  # type: ignore[union-attr]

    def test_is_refused_without_its_end(self, read: Read, library: Any) -> None:
        with pytest.raises(MalformedHash):
            read(library.hash(PASSWORD)[:-6])  # which is never base64


class TestTooCostlyHash:
    @pytest.mark.parametrize(("read", "text"), TOO_COSTLY)
    def test_is_refused_with_the_bound(self, read: Read, text: str) -> None:
        with pytest.raises(HashTooCostly, match="at most") as refused:
            read(text)

        assert text not in str(refused.value)
