import logging

import pytest

from tests.settings.test_production import production
from uservault.mail.warning import warn_of_mail_settings

SENDER = {"from": "Vault <vault@example.org>"}


@pytest.mark.parametrize(
    ("mail", "missing"),
    [
        ({}, ["USERVAULT_MAIL__HOST", "USERVAULT_MAIL__FROM"]),
        ({"host": "localhost"} | SENDER, []),
        ({"host": "mail.example.org"}, ["USERVAULT_MAIL__FROM"]),
    ],
)
def test_names_what_production_still_needs(
    caplog: pytest.LogCaptureFixture, mail: dict[str, str], missing: list[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        warn_of_mail_settings(production(mail=mail))

    assert [each.getMessage().rpartition(" ")[2] for each in caplog.records] == missing


def test_lets_development_be(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_mail_settings(production().model_copy(update={"env": "development"}))

    assert caplog.records == []
