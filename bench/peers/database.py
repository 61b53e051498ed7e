"""A peer's database, which is filled once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from bench.stage import Stage
from tests.support.databases import blank, connected

NEXT_ID = "SELECT setval('users_id_seq', (SELECT max(id) FROM users))"


@dataclass(frozen=True, slots=True)
class Database:
    stage: Stage
    owner: str
    users: int

    async def url(self) -> str:
        """Of an empty database, or of the one that was filled before."""
        server, name = self.stage.postgresql, f"{self.owner}_{self.users}"
        if self._is_filled:
            return f"{server.rpartition('/')[0]}/{name}"
        return await blank(server, name)

    async def fill(self, url: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Needs the table `users`, which the service makes when it starts."""
        if self._is_filled:
            return
        began = perf_counter()
        async with connected(url) as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection  # asyncpg's own
            await raw.copy_records_to_table("users", columns=columns, records=rows)
            await connection.exec_driver_sql(NEXT_ID)
            await connection.exec_driver_sql("VACUUM ANALYZE users")
        self.stage.filled[self._label] = round(perf_counter() - began, 1)

    @property
    def _is_filled(self) -> bool:
        return self._label in self.stage.filled

    @property
    def _label(self) -> str:
        return f"{self.owner}, {self.users:,} users"
