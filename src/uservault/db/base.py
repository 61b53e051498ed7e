"""The base class of all models, and their column types."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, dataclass_transform

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column, relationship


class _Forgetful(TypeDecorator[datetime]):
    """Stores UTC in databases that do not keep a time zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name not in ("mysql", "mariadb"):
            return dialect.type_descriptor(DateTime())
        # Loads all drivers of MySQL, which no other database needs.
        from sqlalchemy.dialects.mysql import DATETIME  # noqa: PLC0415

        return dialect.type_descriptor(DATETIME(fsp=6))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


# A time with microseconds. Python always sees it with a time zone.
UtcDateTime = DateTime(timezone=True).with_variant(_Forgetful(), "sqlite", "mysql", "mariadb")


# SQLite generates values only for INTEGER columns.
BigId = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(BigId, primary_key=True)]

# With `user_id`, the primary key of users' rows. A database with several nodes keeps the rows of a
# user on one of them, and demands the user in every unique key of such a table. Only SQLite has the
# id alone as the key: it generates none for a key of two columns.
OwnedId = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
NOBODY = 0  # the user of such a row that has none: a key takes no NULL


def exact(length: int) -> String:
    """Text that is compared exactly: the default collations of MySQL and MariaDB ignore case."""
    binary = String(length, collation="utf8mb4_bin")
    return String(length).with_variant(binary, "mysql", "mariadb")


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(mapped_column, relationship)
)
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Constructors take keywords, which mypy checks. No repr, so that no secret is printed."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}
