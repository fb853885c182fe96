from pathlib import Path

import pytest
from command_line import Call

FILE = '[profile.shared]\nstore = "postgresql://me:hunter2@db/runs"\nbroker = "env:BROKER_URL"\n'


def test_origins(penstock: Call, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "penstock.toml").write_text(FILE)
    monkeypatch.setenv("PENSTOCK_WORKERS", "3")
    (data,) = penstock("config", "show", "--origin", "--json", "--profile", "shared").json
    assert data["workers"] == {"value": 3, "origin": "PENSTOCK_WORKERS"}
    assert data["store"] == {"value": "postgresql://me:***@db/runs", "origin": "penstock.toml:2 [profile.shared]"}
    assert data["broker"]["value"] == "env:BROKER_URL"
    assert data["executor"] == {"value": "local", "origin": "default"}
    out = penstock("config", "show", "--profile", "shared").out
    assert "hunter2" not in out
    assert "penstock.toml" not in out
    assert out == penstock("config", "show", "--profile", "shared").out


def test_config_alone_shows(penstock: Call) -> None:
    assert penstock("config").out == penstock("config", "show").out


def test_a_wrong_file_is_2(penstock: Call, project: Path) -> None:
    (project / "penstock.toml").write_text("wrokers = 3\n")
    done = penstock("config")
    assert done.code == 2
    assert "did you mean 'workers'" in done.err
    assert "penstock.toml:1" in done.err


@pytest.mark.parametrize(
    ("name", "value", "what", "fix"),
    [
        ("PENSTOCK_WORKERS", "abc", "setting 'workers' is a string ('abc')", "for instance PENSTOCK_WORKERS=4"),
        ("PENSTOCK_WROKERS", "4", "did you mean 'PENSTOCK_WORKERS'?", "unset PENSTOCK_WROKERS, or correct its name"),
    ],
)
def test_a_wrong_variable_is_2(
    name: str, value: str, what: str, fix: str, penstock: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    done = penstock("config")
    assert done.code == 2
    assert what in done.err
    assert done.err.splitlines()[2] == f"fix    {fix}"
