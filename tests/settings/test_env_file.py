"""`.env` as its common tools write it, beside what python-dotenv reads."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from uservault.settings.env_file import EnvFileError, read_env_file
from uservault.settings.loading import BadSettings, load_settings

PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.delenv("NOWHERE", raising=False)
    return tmp_path


class TestReadEnvFile:
    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("A=b", "b"),
            ("A = b ", "b"),
            ("export A=b", "b"),
            ("  export  A='b'", "b"),
            ("A='b c'", "b c"),
            ('A="b c"', "b c"),
            ("A=b c", "b c"),
            ("A=", ""),
            ("A=''", ""),
            ("A", None),
            ("A=b # a comment", "b"),
            ("A=b#c", "b#c"),
            ("A=#b", "#b"),
            ("A= # a comment", ""),
            ("A='b # c' # a comment", "b # c"),
            ('A="b # c"', "b # c"),
            ("A=b$c", "b$c"),
            ("A=b$$c", "b$$c"),
            ('A="b$c"', "b$c"),
            ("A=${HOME}/b", "/home/ada/b"),
            ('A="${HOME}/b"', "/home/ada/b"),
            ("A=${NOWHERE:-b}", "b"),
            ("A=${NOWHERE}", ""),
            ("B=c\nA=${B}d", "cd"),
            (r'A="b\nc"', "b\nc"),
            (r"A='b\nc'", r"b\nc"),
            (r"A='b\'c'", "b'c"),
            (r'A="b\"c"', 'b"c'),
            ("A=b\\c", "b\\c"),
            (f'A="{PEM}"', PEM),
            (f"A='{PEM}'\nB=c", PEM),
            ("A=b\r\nB=c\r\n", "b"),
            ("\ufeffA=b", "b"),
            ("# a comment\n\n  # another\nA=b", "b"),
            ("A=b\nA=c", "c"),
        ],
    )
    def test_agrees_with_python_dotenv(self, folder: Path, written: str, value: str | None) -> None:
        (folder / ".env").write_bytes(written.encode())

        assert read_env_file()["A"] == value
        assert dotenv_values(".env", encoding="utf-8-sig")["A"] == value

    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("A='pa${HOME}ss'", "pa${HOME}ss"),
            ("export A='${NOWHERE:-b}'", "${NOWHERE:-b}"),
            ("A= '${HOME}'", "${HOME}"),
            ("'A'='${HOME}'", "${HOME}"),
            ("\n# '\nA='b\n${HOME}'", "b\n${HOME}"),
            ("B='${HOME}'\nA=\"${B}\"", "${HOME}"),
        ],
    )
    def test_expands_nothing_in_single_quotes(self, folder: Path, written: str, value: str) -> None:
        (folder / ".env").write_text(written)

        assert read_env_file()["A"] == value

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("written", ["A='sesame", 'A="sesame\nB=c', "A='b' sesame", "=sesame"])
    def test_refuses_a_line_that_is_none(self, folder: Path, written: str) -> None:
        (folder / ".env").write_text(f"B=c\n{written}\n")

        with pytest.raises(EnvFileError, match="line 2 is not NAME=value") as raised:
            read_env_file()

        assert "sesame" not in str(raised.value)

    def test_needs_no_file(self) -> None:
        assert read_env_file() == {}


def test_the_settings_are_read_so(folder: Path) -> None:
    (folder / ".env").write_text("export USERVAULT_MAIL__PASSWORD='pa${HOME}s # $s'\n")
    assert load_settings().mail.password.get_secret_value() == "pa${HOME}s # $s"

    (folder / ".env").write_text("USERVAULT_MAIL__PASSWORD='open\n")
    with pytest.raises(BadSettings, match="line 1"):
        load_settings()
