"""`uservault import --from-flask`, from a database as the former service made it."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.support import databases
from tests.transfer.test_commands import run, summary, users
from uservault.db.database import Database
from uservault.kit.urls import async_url
from uservault.passwords.hasher import PasslibHasher
from uservault.passwords.models import Password

SCHEMA = """
CREATE TABLE user (
    id INTEGER NOT NULL,
    username VARCHAR(80) NOT NULL,
    email VARCHAR(120) NOT NULL,
    password_hash VARCHAR(256) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (username),
    UNIQUE (email)
)
"""
HASH = "$2b$04$abcdefghijklmnopqrstuuu0gVP5V6gz4cqXBBAJ4zUWvJqGUDWZy"
