"""A shop's orders: a service that leaves it to UserVault to know who is calling."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

from uservault.client.fastapi import UserVault
from uservault.client.principal import Principal

vault = UserVault(
    os.environ.get("USERVAULT_URL", "http://127.0.0.1:5000"),
    audience="orders",
    username=os.environ["ORDERS_USERNAME"],
    password=os.environ["ORDERS_PASSWORD"],
)

Anybody = Annotated[Principal, Depends(vault.require())]
Administrator = Annotated[Principal, Depends(vault.require(role="admin"))]
Clerk = Annotated[Principal, Depends(vault.require("orders:read"))]


class OrderCreate(BaseModel):
    what: str = Field(max_length=100, examples=["a teapot"])


class OrderRead(OrderCreate):
    id: int
    user_id: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with vault:
        yield


app = FastAPI(title="Orders", lifespan=lifespan)
orders: list[OrderRead] = []


@app.post("/orders", status_code=201)
async def create_order(data: OrderCreate, me: Anybody) -> OrderRead:
    order = OrderRead(id=len(orders) + 1, user_id=me.user_id, what=data.what)
    orders.append(order)
    return order


@app.get("/orders")
async def list_my_orders(me: Anybody) -> list[OrderRead]:
    return [order for order in orders if order.user_id == me.user_id]


@app.get("/orders/all")
async def list_every_order(_: Clerk) -> list[OrderRead]:
    return orders


@app.get("/orders/count")
async def count_orders(_: Administrator) -> int:
    return len(orders)
