from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, Id


class Invitation(Base):
    """An invitation, open or expired. Accepting or revoking it deletes its row."""

    __tablename__ = "invitations"

    id: Mapped[Id] = mapped_column(init=False)
    email: Mapped[str] = mapped_column(String(254))
    roles: Mapped[list[str]] = mapped_column(JSON)  # role names
    inviter_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    one_time_token_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    letter_id: Mapped[int] = mapped_column(BigInteger)  # the last e-mail queued for it
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
