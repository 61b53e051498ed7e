"""The reference, in a process that has loaded SQLAlchemy with its PostgreSQL driver."""

from sqlalchemy.ext.asyncio import create_async_engine

from bench.reference import app

engine = create_async_engine("postgresql+asyncpg://127.0.0.1")  # never connects

__all__ = ["app", "engine"]
