from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, OwnedId, exact
from uservault.sessions.device import LONGEST_LABEL
from uservault.users.models import PARTIAL

UNREVOKED = text("revoked_at IS NULL")


class Session(Base):
    """A login on one device, until it ends.

    `counter` numbers the refresh tokens that were issued one after the other. The last is valid.
    """

    __tablename__ = "sessions"
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(None, "user_id", "device", "address"),  # is this device known?
        # How many are there? MariaDB locks the entries of an index that a revocation changes, in
        # another order than a refresh does. So it has none, and reads the user's rows instead.
        Index(
            "ix_sessions_unrevoked",
            "user_id",
            info={"where": UNREVOKED, "only": PARTIAL},
        ).ddl_if(dialect=PARTIAL),
    )

    id: Mapped[OwnedId] = mapped_column(init=False)
    user_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    created_at: Mapped[datetime]
    authenticated_at: Mapped[datetime]  # the last proof: the login, or a later password check
    methods: Mapped[str] = mapped_column(exact(64))  # of that proof (RFC 8176), with spaces between
    last_seen_at: Mapped[datetime]  # to the minute
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    address: Mapped[str | None] = mapped_column(String(45), default=None)
    user_agent: Mapped[str | None] = mapped_column(String(256), default=None)
    device: Mapped[str | None] = mapped_column(exact(LONGEST_LABEL), default=None)
    key_sealed: Mapped[str] = mapped_column(Text)
    counter: Mapped[int] = mapped_column(default=0)
    refreshed_at: Mapped[datetime]
