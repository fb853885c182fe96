import pytest

from penstock.apps.cli.failure import exit_code, print_failure
from penstock.core.error import ConfigError, DataError, GraphError, LeaseError, NotFoundError, StoreError, UsageError


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, 2),
        (ConfigError, 2),
        (GraphError, 2),
        (NotFoundError, 2),
        (StoreError, 1),
        (DataError, 1),
        (LeaseError, 1),
    ],
)
def test_exit_codes(kind: type[Exception], code: int) -> None:
    assert exit_code(kind("what", where="where", fix="fix")) == code  # type: ignore[call-arg]


def test_three_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(DataError("row 7 has 3 fields", where="trips.csv", fix="repair it"), is_debug=False)
    assert capsys.readouterr().err == "error  row 7 has 3 fields\nwhere  trips.csv\nfix    repair it\n"


def test_errors_of_the_system_say_where(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(OSError(28, "No space left on device", "/tmp/full"), is_debug=False)
    text = capsys.readouterr().err
    assert "No space left on device" in text
    assert "where  /tmp/full" in text


def test_what_a_terminal_would_obey_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(DataError("no column 'a\x1b[2Jb'\r\nsecond", where="caf\u00e9", fix="x"), is_debug=False)
    text = capsys.readouterr().err
    assert text.startswith("error  no column 'a\\x1b[2Jb'\\r\n       second\nwhere  café\n")
