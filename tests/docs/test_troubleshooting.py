"""Every cause that the log can name is in the page for operators."""

from tests.support.pages import ROOT
from uservault.db import causes
from uservault.kit import network_causes
from uservault.mail import smtp_causes

PAGE = (ROOT / "docs" / "running" / "troubleshooting.md").read_text()


def test_names_every_cause() -> None:
    known = {
        *causes.POSTGRESQL.values(), *causes.MYSQL.values(), *causes.SQLITE.values(),
        causes.REJECTED_TLS, *network_causes.BY_NUMBER.values(), network_causes.UNTRUSTED,
        network_causes.NO_TLS, *(cause for _, cause in smtp_causes.CAUSES),
        smtp_causes.NO_LOGIN, smtp_causes.NO_STARTTLS, smtp_causes.SILENT,
    }  # fmt: skip

    missing = {each for each in known if each.partition(":")[0] not in PAGE}

    assert missing == set()
