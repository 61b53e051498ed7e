"""What FastAPI can do at best: routes that return a declared model, and nothing else."""

from datetime import UTC, datetime

from fastapi import FastAPI
from pydantic import BaseModel

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

app = FastAPI()


class User(BaseModel):
    id: int
    username: str
    email: str
    full_name: str
    is_active: bool
    created_at: datetime
    updated_at: datetime
    version: int


def user(id: int) -> User:
    return User(
        id=id,
        username=f"user{id}",
        email=f"user{id}@example.com",
        full_name=f"User {id}",
        is_active=True,
        created_at=MOMENT,
        updated_at=MOMENT,
        version=1,
    )


@app.get("/users/{id}")
async def get_user(id: int) -> User:
    return user(id)


@app.get("/users")
async def list_users() -> list[User]:
    return [user(id) for id in range(1, 51)]
