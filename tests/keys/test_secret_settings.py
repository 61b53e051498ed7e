"""Which secrets must be set, and what is made of them."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from uservault.keys.secret import FILE, sealer, signing_key
from uservault.settings.tree import Settings

STRONG, OTHER = "4fG7-wQ9z_Lk2Vb8nXs1-Rt6yHm3Pc0d", "pT5-kW8c_Zr1Mq6vJd3-Ne9xBg2Ya7uS"


def production(**given: object) -> Settings:
    given = {"public_url": "https://id.example.com"} | given
    return Settings(_env_file=None, env="production", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_key_pairs_and_sealing_keys_need_no_other_secret(algorithm: str, tmp_path: Path) -> None:
    settings = production(tokens={"algorithm": algorithm}, sealing_keys=f"{STRONG},{OTHER}")
    url = make_url(f"sqlite:///{tmp_path}/app.db")

    key = signing_key(settings, url)

    assert len(key) == 32
    assert STRONG.encode() not in key
    assert not (tmp_path / FILE).exists()
    assert sealer(settings, key).open(sealer(settings, b"").seal(b"x", "p"), "p") == b"x"


@pytest.mark.promise("C5")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sealing_keys": STRONG},
        {"tokens": {"algorithm": "EdDSA"}},
        {"tokens": {"algorithm": "EdDSA"}, "jwt_secret_key": "your-secret-key"},
        {
            "tokens": {"algorithm": "EdDSA"},
            "jwt_secret_key": "your-secret-key",
            "sealing_keys": STRONG,
        },
    ],
)
def test_production_refuses_a_secret_that_is_missing_or_weak(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="JWT_SECRET_KEY: required in production"):
        production(**given)


@pytest.mark.promise("I2", "I14")
def test_production_exchanges_tokens_by_key_pairs_alone() -> None:
    audiences = {"audiences": "orders"}

    with pytest.raises(ValidationError, match="USERVAULT_TOKENS__AUDIENCES: needs key pairs"):
        production(jwt_secret_key=STRONG, tokens=audiences)

    pairs = audiences | {"algorithm": "EdDSA"}
    assert production(jwt_secret_key=STRONG, tokens=pairs).tokens.audiences == ("orders",)


@pytest.mark.parametrize(
    "url", ["ftp://x", "x", "https://", "https://a/?b", "https://a/#b", "https://a b", 'https://"']
)
def test_a_public_url_is_plain(url: str) -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(_env_file=None, public_url=url)


@pytest.mark.parametrize("written", ["90", "90.0", "PT90S", "00:01:30"])
def test_a_time_is_written_in_seconds_or_as_the_standard_has_it(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERVAULT_TOKENS__KEY_LEAD", written)

    assert Settings(_env_file=None).tokens.key_lead == timedelta(seconds=90)
