from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId


class Erasure(Base):
    """A purged user, some of whose events still have personal data."""

    __tablename__ = "erasures"

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    traces_until: Mapped[datetime]  # until then, what they did to others keeps its origin
    due_at: Mapped[datetime] = mapped_column(index=True)
