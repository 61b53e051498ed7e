from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uservault.kit.urls import BadDatabaseUrl, async_url


def rendered(plain: str) -> str:
    return async_url(plain).render_as_string(hide_password=False)


class TestAsyncUrl:
    @pytest.mark.parametrize(
        ("plain", "ours"),
        [
            ("sqlite:///app.db", "sqlite+aiosqlite:///app.db"),
            ("sqlite:////var/app.db", "sqlite+aiosqlite:////var/app.db"),
            ("postgres://u:p@h/db", "postgresql+asyncpg://u:p@h/db"),
            ("postgresql://u:p@h:5432/db", "postgresql+asyncpg://u:p@h:5432/db"),
            ("postgresql+psycopg2://h/db", "postgresql+asyncpg://h/db"),
            ("postgresql://h/db?sslmode=require", "postgresql+asyncpg://h/db?ssl=require"),
            ("mysql://u:p@h/db", "mysql+asyncmy://u:p@h/db?charset=utf8mb4"),
            ("mysql+pymysql://h/db?charset=utf8", "mysql+asyncmy://h/db?charset=utf8"),
            ("mariadb://h/db", "mariadb+asyncmy://h/db?charset=utf8mb4"),
        ],
    )
    def test_names_our_driver(self, plain: str, ours: str) -> None:
        assert rendered(plain) == ours

    def test_takes_several_hosts(self) -> None:
        url = async_url("postgresql://u:p@a:1,b:2/db?target_session_attrs=read-write")

        assert url.query["host"] == ("a:1", "b:2")
        assert url.query["target_session_attrs"] == "read-write"
        assert (url.username, url.password, url.database) == ("u", "p", "db")

    def test_keeps_every_letter_of_a_password(self) -> None:
        assert async_url("postgresql://u:p%40%2C%3F@h/db").password == "p@,?"
        assert async_url("postgresql://u:p%40%2C%3F@a,b/db").password == "p@,?"

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        ("plain", "reason"),
        [
            ("", "not a database URL"),
            ("sesame", "not a database URL"),
            ("postgresql://u:sesame@h:port/db", "not a database URL"),
            ("oracle://u:sesame@h/db", "oracle is not supported"),
            ("postgresql://u:sesame@h", "names no database"),
            ("postgresql://u:sesame@a,b", "names no database"),
            ("postgresql://h/db?password=sesame", "unknown option password"),
            ("mysql://u:sesame@h/db?channel_binding=require", "unknown option channel_binding"),
            ("sqlite://", "in memory"),
            ("sqlite:///:memory:", "in memory"),
            ("sqlite:///app.db?mode=ro", "options are not supported"),
        ],
    )
    def test_says_what_is_wrong_without_repeating_it(self, plain: str, reason: str) -> None:
        with pytest.raises(BadDatabaseUrl, match=reason) as raised:
            async_url(plain)

        assert "sesame" not in str(raised.value)

    @given(st.text(max_size=60) | st.from_regex(r"postgres://[a-z:@,/?=&%0-9]{0,40}"))
    def test_raises_nothing_else(self, plain: str) -> None:
        with suppress(BadDatabaseUrl):
            assert "+" in async_url(plain).drivername
