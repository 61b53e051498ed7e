"""URLs as providers print them, and what our drivers are told."""

from typing import Any

import pytest

from uservault.db.drivers import driver_arguments
from uservault.kit.urls import BadDatabaseUrl, async_url, left_out_options
from uservault.settings.database import DatabaseSettings

POSTGRESQL = {"timeout": 3.0, "command_timeout": 5.0}
UNCACHED = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}


def told(plain: str) -> dict[str, Any]:
    return driver_arguments(async_url(plain), DatabaseSettings())


@pytest.mark.parametrize(
    ("plain", "arguments", "left_out"),
    [
        (  # Neon
            "postgresql://u:p@ep-cool-1-pooler.eu-central-1.aws.neon.tech/neondb"
            "?sslmode=require&channel_binding=require",
            {"ssl": "require"},
            ["channel_binding"],
        ),
        (  # Neon, for clients without SNI; libpq's certificates of the system
            "postgres://u:p@ep-cool-1.neon.tech/neondb?sslmode=require&options=endpoint%3Dep-cool-1",
            {"ssl": "require", "server_settings": {"options": "endpoint=ep-cool-1"}},
            [],
        ),
        (  # Supabase, for Prisma
            "postgres://postgres.abc:p@aws-0-eu-central-1.pooler.supabase.com:6543/postgres"
            "?pgbouncer=true&connection_limit=1",
            UNCACHED,
            ["connection_limit"],
        ),
        (  # Supabase at Vercel
            "postgres://postgres.abc:p@h.pooler.supabase.com:6543/postgres"
            "?sslmode=require&supa=base-pooler.x",
            {"ssl": "require"},
            ["supa"],
        ),
        (  # RDS
            "postgresql://u:p@db.abc.eu-central-1.rds.amazonaws.com:5432/app"
            "?sslmode=verify-full&sslrootcert=/etc/ssl/global-bundle.pem",
            {"ssl": "verify-full",
             "dsn": "postgresql:///?sslrootcert=%2Fetc%2Fssl%2Fglobal-bundle.pem"},
            [],
        ),
        (  # DigitalOcean
            "postgresql://doadmin:p@db-do-user-1-0.b.db.ondigitalocean.com:25060/defaultdb"
            "?sslmode=require",
            {"ssl": "require"},
            [],
        ),
        (  # CockroachDB
            "postgresql://u:p@free-tier.cockroachlabs.cloud:26257/defaultdb"
            "?sslmode=verify-full&options=--cluster%3Dcool-1&application_name=app",
            {"ssl": "verify-full",
             "server_settings": {"options": "--cluster=cool-1", "application_name": "app"}},
            [],
        ),
        (  # Azure
            "postgres://me@server:p@server.postgres.database.azure.com:5432/postgres"
            "?sslmode=require&connect_timeout=10",
            {"ssl": "require", "timeout": 10.0},
            [],
        ),
        (  # Heroku, with the certificate of a client
            "postgres://u:p@ec2-1.compute-1.amazonaws.com:5432/d1"
            "?ssl=true&sslcert=c.pem&sslkey=k.pem&sslpassword=x",
            {"ssl": "require", "dsn": "postgresql:///?sslcert=c.pem&sslkey=k.pem&sslpassword=x"},
            [],
        ),
        (  # Cloud SQL
            "postgresql://u:p@/app?host=/cloudsql/project:region:name",
            {"host": ["/cloudsql/project:region:name"], "port": [5432]},
            [],
        ),
        (  # libpq
            "postgresql://u@%2Frun%2Fpostgresql/app?port=5433",
            {"host": ["/run/postgresql"], "port": [5433]},
            [],
        ),
        (
            "postgresql://u:p@a,[::1]:6543/app?target_session_attrs=read-write&keepalives=1",
            {"host": ["a", "::1"], "port": [5432, 6543], "target_session_attrs": "read-write"},
            ["keepalives"],
        ),
        (
            "postgresql://u:p@h/app?sslmode=require&sslnegotiation=direct&statement_timeout=5s",
            {"ssl": "require", "dsn": "postgresql:///?sslnegotiation=direct",
             "server_settings": {"statement_timeout": "5s"}},
            [],
        ),
        ("postgresql://h/app?statement_cache_size=0", UNCACHED, []),
        ("postgresql://h/app?prepared_statements=false", UNCACHED, []),
        ("postgresql://h/app?prepareThreshold=0&currentSchema=vault",
         UNCACHED | {"server_settings": {"search_path": "vault"}}, []),
        ("postgresql://h/app?statement_cache_size=100&connect_timeout=0", {}, []),
        ("postgresql://h/app?connect_timeout=300", {"timeout": 60.0}, []),
    ],
)  # fmt: skip
def test_of_postgresql_are_understood(
    plain: str, arguments: dict[str, Any], left_out: list[str]
) -> None:
    assert told(plain) == POSTGRESQL | arguments
    assert list(left_out_options(plain)) == left_out


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ("", None),
        ("ssl-mode=REQUIRED", "REQUIRED"),  # DigitalOcean, Aiven
        ("ssl_mode=required", "REQUIRED"),
        ("sslMode=VERIFY_CA", "VERIFY_CA"),
        ("ssl-mode=VERIFY_IDENTITY", "VERIFY_IDENTITY"),
        ("sslmode=verify-full", "VERIFY_IDENTITY"),
        ("ssl-mode=PREFERRED", "REQUIRED"),
        ("ssl-mode=DISABLED", "DISABLED"),
        ("ssl-mode=DISABLED&ssl_ca=ca.pem", "DISABLED"),
        ("ssl=true", "VERIFY_IDENTITY"),
        ("ssl=false", "DISABLED"),
        ('ssl={"rejectUnauthorized":true}', "VERIFY_IDENTITY"),  # PlanetScale
        ('ssl={"rejectUnauthorized":false}', "REQUIRED"),
        ("sslaccept=strict", "VERIFY_IDENTITY"),  # Prisma
        ("tls=true", "VERIFY_IDENTITY"),  # Go
        ("tls=skip-verify", "REQUIRED"),
        ("tls=false&parseTime=true", "DISABLED"),
        ("useSSL=true&requireSSL=true&verifyServerCertificate=false", "REQUIRED"),
        ("useSSL=false", "DISABLED"),
        ("ssl_ca=ca.pem", "VERIFY_IDENTITY"),
        ("ssl-ca=ca.pem&ssl-mode=REQUIRED", "VERIFY_CA"),
        ("ssl_ca=ca.pem&ssl_check_hostname=false", "VERIFY_CA"),
        ("ssl_verify_cert=true&ssl_verify_identity=true", "VERIFY_IDENTITY"),
        ("ssl_cert=c.pem&ssl_key=k.pem", "REQUIRED"),
        ("ssl_disabled=true", "DISABLED"),
        ("ssl_disabled=false", None),
        ("reconnect=true", None),  # ClearDB
    ],
)
@pytest.mark.parametrize("scheme", ["mysql", "mariadb+pymysql"])
def test_of_mysql_have_one_mode(scheme: str, options: str, mode: str | None) -> None:
    assert async_url(f"{scheme}://u:p@h/db?{options}").query.get("ssl_mode") == mode


@pytest.mark.parametrize("option", ["unix_socket", "socket", "host"])
def test_of_mysql_name_a_socket(option: str) -> None:
    assert told(f"mysql://u@/db?{option}=/run/mysqld.sock")["unix_socket"] == "/run/mysqld.sock"


@pytest.mark.promise("G1")
@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ("postgresql://h/db?colour=sesame", "unknown option colour; the known ones are appli"),
        ("postgresql://h/db?s e s=sesame", "unknown option (not a name); the known ones are"),
        ("mysql://h/db?colour=sesame", "unknown option colour; the known ones are allow"),
        ("mysql://h/db?ssl-mode=sesame", "ssl_mode should be one of DISABLED"),
        ("mysql://h/db?useSSL=sesame", "usessl should be true or false"),
        ("mysql://h/db?host=sesame", "have one host"),
        ("mysql://a,b/db", "have one host"),
        ("postgresql://h/db?sslmode=sesame", "sslmode should be one of disable, allow"),
        ("postgresql://h/db?sslrootcert=system&sslmode=require", "needs sslmode=verify-full"),
        ("postgresql://h/db?sslnegotiation=direct", "needs sslmode=require"),
        ("postgresql://h/db?sslnegotiation=sesame", "sslnegotiation should be one of"),
        ("postgresql://h/db?target_session_attrs=sesame", "target_session_attrs should be one of"),
        ("postgresql://h/db?connect_timeout=sesame", "connect_timeout should be a whole number"),
        ("postgresql://h/db?statement_cache_size=sesame", "should be a whole number"),
        ("postgresql://h/db?pgbouncer=sesame", "pgbouncer should be true or false"),
        ("postgresql:///db?host=/tmp&port=sesame", "port should be a whole number"),
        ("postgresql://u:ses@me@h/db", "not percent-encoded"),
        ("postgresql://u:se@sa/me@h/db", "not percent-encoded"),
        ("postgresql://u:ses?me@h/db", "not percent-encoded"),
        ("postgresql://u:ses@a:me@h/db", "not percent-encoded"),
        ("postgresql://u:100%sesame@h/db", "not percent-encoded"),
        ("mysql://u:ses@me@h/db", "not percent-encoded"),
        ("postgresql://h/db?application_name=a@sesame", "not percent-encoded"),
        ("postgresql://u:[YOUR-PASSWORD]@h/db", "placeholder"),
        ("postgresql://u:{your_password}@h/db", "placeholder"),
        ('"postgresql://u:sesame@h/db"', "in quotes"),
    ],
)
def test_are_refused_without_repeating_them(plain: str, reason: str) -> None:
    with pytest.raises(BadDatabaseUrl) as raised:
        async_url(plain)

    assert reason in str(raised.value)
    assert not {"sesame", "ses@", "me@", "PASSWORD"} & set(str(raised.value).split())
    assert "sesame" not in str(raised.value)


@pytest.mark.parametrize("password", ["pa/ss", "pa#ss", "p/a,s#s", "pa:ss", "p[as]s"])
def test_leave_a_password_as_it_is_where_it_can_mean_one_thing_only(password: str) -> None:
    url = async_url(f"postgresql://u:{password}@h/db")

    assert (url.password, url.host, url.database) == (password, "h", "db")
