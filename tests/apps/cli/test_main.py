import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.apps.cli.lazy_group import COMMANDS
from penstock.apps.cli.main import main

HEAVY = ("pydantic", "sqlalchemy", "rich", "msgspec", "duckdb", "pyarrow", "numpy", "penstock.workspace", "tomllib")


def _python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in COMMANDS)
    assert main([]) == 0
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = (
        f"import sys; from penstock.apps.cli.main import main; code = main({arguments!r});"
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    assert _python(code, tmp_path).stderr.strip() == "[] 0"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_that_begins_with_a_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: penstock {name} ")
    assert "." in " ".join(text.split()).partition("Options:")[0]


@pytest.mark.parametrize(
    ("arguments", "what", "where"),
    [
        (["rnu"], "no command 'rnu'; did you mean 'run'?", "penstock"),
        (["--bogus"], "no such option: --bogus", "penstock"),
        (["run"], "missing argument", "penstock run"),
        (["run", "x.py", "--workers", "0"], "0 is less than 1", "penstock run"),
        (["show", "a", "b"], "unexpected extra argument", "penstock show"),
        (["store", "chekc"], "no such command 'chekc'", "penstock store"),
    ],
)
def test_wrong_usage_is_three_lines_and_2(
    arguments: list[str], what: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert [line.split()[0] for line in lines] == ["error", "where", "fix"]
    assert what in lines[0].lower()
    assert lines[1].split("  ")[-1] == where


def test_debug_shows_the_traceback_wherever_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--debug", "run", "missing.py"], ["run", "missing.py", "--debug"]):
        assert main(arguments) == 2
        assert "Traceback (most recent call last)" in capsys.readouterr().err
    assert main(["run", "missing.py"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_nobody_reads(tmp_path: Path) -> None:
    """The reader is gone before the first byte: silence, and the code of a broken pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    code = "from penstock.apps.cli.main import main; raise SystemExit(main(['--help']))"
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=pipe, stderr=subprocess.PIPE, cwd=tmp_path, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_completion_offers_commands(tmp_path: Path) -> None:
    variables = {
        **os.environ,
        "_PENSTOCK_COMPLETE": "complete_bash",
        "COMP_WORDS": "penstock li",
        "COMP_CWORD": "1",
    }
    code = "from penstock.apps.cli.main import main; raise SystemExit(main([]))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=variables, cwd=tmp_path, check=False
    )
    assert done.stdout.strip() == "lineage"


def test_the_entry_point_is_this_function() -> None:
    from importlib.metadata import entry_points

    (point,) = [item for item in entry_points(group="console_scripts") if item.name == "penstock"]
    assert point.load() is main
