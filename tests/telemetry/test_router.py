from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from tests.support import databases
from tests.support.processes import running
from tests.support.server import free_port
from uservault.app import create_app
from uservault.db.unit_of_work import unit_of_work
from uservault.wiring.ports import Resources

PROBES = "http://test"


class TestRoot:
    async def test_says_where_things_are(self, anyone: AsyncClient) -> None:
        response = await anyone.get(f"{PROBES}/")

        assert response.status_code == 200
        assert response.json() == {
            "name": "UserVault",
            "version": version("uservault"),
            "docs": "/docs",
            "openapi": "/openapi.json",
            "health": "/healthz",
            "readiness": "/readyz",
            "keys": "/.well-known/jwks.json",
        }

    async def test_names_only_paths_that_exist(self, anyone: AsyncClient) -> None:
        root = (await anyone.get(f"{PROBES}/")).json()

        for name in ("docs", "openapi", "health", "readiness", "keys"):
            assert (await anyone.get(f"{PROBES}{root[name]}")).status_code == 200

    async def test_names_no_docs_that_are_off(self, resources: Resources) -> None:
        settings = resources.settings.model_copy(update={"docs": False})
        app = create_app(settings)
        app.state.resources = replace(resources, settings=settings)
        async with client_of(app) as client:
            root = (await client.get("/")).json()

        assert (root["docs"], root["openapi"]) == (None, None)


class TestHealth:
    async def test_is_good_while_the_process_lives(self, anyone: AsyncClient) -> None:
        response = await anyone.get(f"{PROBES}/healthz")

        assert (response.status_code, response.json()) == (200, {"status": "ok"})


class TestReadiness:
    async def test_is_good_at_the_expected_migration(self, anyone: AsyncClient) -> None:
        response = await anyone.get(f"{PROBES}/readyz")

        assert (response.status_code, response.json()) == (200, {"status": "ok"})

    async def test_says_to_everybody_just_that_production_has_no_e_mail(
        self, resources: Resources
    ) -> None:
        settings = resources.settings.model_copy(update={"env": "production"})
        async with running(replace(resources, settings=settings)) as app:
            transport = ASGITransport(app)
            async with AsyncClient(transport=transport, base_url="http://test") as client:
                response = await client.get("/readyz")

        assert response.status_code == 200
        assert response.json() == {"status": "ok", "warnings": ["E-mail is not set up."]}

    async def test_is_bad_at_another(self, anyone: AsyncClient, resources: Resources) -> None:
        async with unit_of_work(resources.database) as session:
            was = await session.scalar(text("SELECT version_num FROM alembic_version"))
            await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

        response = await anyone.get(f"{PROBES}/readyz")

        async with unit_of_work(resources.database) as session:
            back = text("UPDATE alembic_version SET version_num = :was")
            await session.execute(back, {"was": was})
        assert response.status_code == 503
        assert response.json()["code"] == "not-ready"
        assert response.headers["Retry-After"]

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    async def test_is_bad_while_the_file_cannot_be_written(
        self,
        anyone: AsyncClient,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Root may write every file, so no file of another would do.
        monkeypatch.setattr("os.access", lambda *_: False)

        for _ in range(2):
            response = await anyone.get(f"{PROBES}/readyz")
            assert (response.status_code, response.json()["code"]) == (503, "not-ready")
            assert "read-only" not in response.text

        told = [vars(each)["cause"] for each in caplog.records if "cause" in vars(each)]
        assert told == ["the database is read-only for this process"]

    async def test_delays_no_writer(self, anyone: AsyncClient, resources: Resources) -> None:
        async with unit_of_work(resources.database) as session:
            await session.execute(text("UPDATE alembic_version SET version_num = version_num"))

            assert (await anyone.get(f"{PROBES}/readyz")).status_code == 200

    @pytest.mark.promise("H5")
    async def test_is_bad_while_the_database_is_down(self, tmp_path: Path) -> None:
        url = f"postgresql://uservault:sesame@127.0.0.1:{free_port()}/db"
        app = create_app(databases.settings_for(url, log={"file": None}))
        async with app.router.lifespan_context(app), client_of(app) as client:
            ready = await client.get("/readyz")
            alive = await client.get("/healthz")
            asked = await client.post("/api/login", json={"username": "a", "password": "b"})

        assert ready.json()["code"] == "not-ready"
        assert alive.status_code == 200
        assert asked.json()["code"] == "database-unavailable"
        assert "sesame" not in ready.text


def client_of(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url=PROBES)
