"""`uservault tune-hash`, and how it chooses."""

import re

import pytest
from typer.testing import CliRunner

from uservault.cli import app
from uservault.passwords import tuning
from uservault.passwords.commands import settings_of, table
from uservault.passwords.tuning import Cost, bcrypt_for, measured, recommended
from uservault.settings.passwords import PasswordSettings

ARGON2 = PasswordSettings(scheme="argon2id")


def on_a_machine(settings: PasswordSettings) -> Cost:
    """Where bcrypt takes 64 ms at 10 rounds."""
    return Cost(settings, 0.064 * 2.0 ** (settings.rounds - 10))


class TestBcrypt:
    @pytest.mark.parametrize(
        ("target", "rounds", "seconds"),
        [(0.25, 11, 0.128), (0.256, 12, 0.256), (0.001, 10, 0.064), (1_000, 16, 4.096)],
    )
    def test_costs_as_much_as_fits_and_production_accepts(
        self, target: float, rounds: int, seconds: float
    ) -> None:
        cost = bcrypt_for(target, on_a_machine)

        assert cost.settings.rounds == rounds
        assert cost.seconds == pytest.approx(seconds)


class TestRecommended:
    def test_is_argon2id_where_it_fits(self) -> None:
        bcrypt = on_a_machine(PasswordSettings())

        assert recommended(0.25, bcrypt, Cost(ARGON2, 0.03)).settings == ARGON2
        assert recommended(0.25, bcrypt, Cost(ARGON2, 0.3)) is bcrypt
        assert recommended(0.25, bcrypt, None) is bcrypt

    def test_does_without_argon2_where_it_is_not_installed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tuning, "find_spec", lambda name: None)

        assert tuning.argon2id(on_a_machine) is None


class TestMeasured:
    def test_takes_time_of_a_core(self) -> None:
        cost = measured(PasswordSettings(rounds=4))

        assert cost.seconds > 0
        assert cost.settings.rounds == 4


class TestTable:
    def test_has_the_logins_of_all_cores(self) -> None:
        costs = [Cost(PasswordSettings(rounds=11), 0.125), Cost(ARGON2, 0.02)]

        _, bcrypt, argon2 = table(costs, cores=4)

        assert bcrypt.split() == ["bcrypt_sha256", "11", "rounds", "125", "32.0"]
        assert argon2.split()[-2:] == ["20", "200.0"]

    def test_ends_with_settings_that_can_be_read(self) -> None:
        bcrypt = settings_of(Cost(PasswordSettings(rounds=11), 0.125))

        assert bcrypt == [
            "USERVAULT_PASSWORDS__SCHEME=bcrypt_sha256",
            "USERVAULT_PASSWORDS__ROUNDS=11",
        ]
        assert settings_of(Cost(ARGON2, 0.02)) == ["USERVAULT_PASSWORDS__SCHEME=argon2id"]


class TestCommand:
    def test_measures_this_machine(self) -> None:
        told = CliRunner().invoke(app, ["tune-hash", "--target", "1"])

        assert told.exit_code == 0
        assert re.search(r"^bcrypt_sha256 +10 rounds +\d+ +\d+\.\d$", told.output, re.MULTILINE)
        assert re.search(r"^argon2id +19 MiB, 2 passes +\d+ +\d+\.\d$", told.output, re.MULTILINE)
        assert "USERVAULT_PASSWORDS__ROUNDS=10" in told.output.splitlines()
        assert "production accepts no less" in told.output
