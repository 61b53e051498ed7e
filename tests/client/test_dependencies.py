"""A service that has the client has not got the server."""

import subprocess
import sys

import pytest

from tests.support.patience import patience

HTTPX = {"httpx", "httpcore", "h11", "anyio", "sniffio", "idna", "certifi"}
PYJWT = {"jwt", "cryptography", "cffi", "_cffi_backend", "pycparser", "typing_extensions"}
FASTAPI = {
    "fastapi",
    "starlette",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "annotated_doc",
    "opentelemetry",
    "typing_inspection",
}

ALONE = """
import sys

class Nothing:
    '''Finds that there is nothing but what a service has that wants the client only.'''

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        ours = name == "uservault" or name.startswith("uservault.client")
        pythons = top in sys.stdlib_module_names or top.startswith("_sysconfigdata")
        if not (ours or pythons or top in sys.argv[1:]):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nothing())
"""

IN_USE = """
import asyncio, json, time
import httpx, jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uservault.client.verifier import Verifier

private = Ed25519PrivateKey.generate()
jwk = jwt.get_algorithm_by_name("EdDSA").to_jwk(private.public_key(), as_dict=True)
jwks = {"keys": [jwk | {"kid": "k", "alg": "EdDSA"}]}
now = int(time.time())
ids = dict(iss="uservault", aud="uservault", typ="access", sub="7", sid="11", jti="j")
token = jwt.encode(
    ids | dict(iat=now, exp=now + 60), private, "EdDSA", headers={"kid": "k"}
)

async def use():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=jwks))
    async with Verifier("http://vault", audience="uservault", transport=transport) as verifier:
        print((await verifier.verify(token)).user_id)

asyncio.run(use())
"""


def run(code: str, *packages: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-c", ALONE + code, *packages],
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(),
    )


class TestClient:
    def test_works_with_httpx_and_pyjwt_alone(self) -> None:
        done = run(IN_USE, *HTTPX, *PYJWT)

        assert (done.stdout, done.stderr) == ("7\n", "")

    def test_wants_fastapi_for_its_adapter_only(self) -> None:
        made = "UserVault('http://v', audience='v')"
        adapter = f"from uservault.client.fastapi import UserVault; print({made}.poll)"

        without = run(adapter, *HTTPX, *PYJWT)
        beside = run(adapter, *HTTPX, *PYJWT, *FASTAPI)

        assert "ModuleNotFoundError: fastapi" in without.stderr
        assert (beside.stdout, beside.stderr) == ("2\n", "")

    @pytest.mark.parametrize("module", ["uservault.kit", "sqlalchemy", "passlib"])
    def test_is_tried_without_the_server(self, module: str) -> None:
        assert f"ModuleNotFoundError: {module}" in run(f"import {module}", *HTTPX, *PYJWT).stderr
