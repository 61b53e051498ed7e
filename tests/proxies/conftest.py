from collections.abc import Iterator

import pytest

from tests.support.serving import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, to which a proxy of this machine may tell who the client is."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/app.db"
    with serving(url, USERVAULT_TRUSTED_PROXIES="127.0.0.1") as served:
        yield served
