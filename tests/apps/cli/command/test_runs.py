from pathlib import Path

import pytest
from command_line import Call


def test_newest_first(sums: Call, penstock: Call) -> None:
    sums("-p", "count=2")
    sums("-p", "count=3")
    penstock("run", "flow.py:broken", "--inline")
    found = penstock("runs", "--json").json
    assert [(item["pipeline"], item["status"]) for item in found] == [
        ("broken", "failed"),
        ("sums", "complete"),
        ("sums", "complete"),
    ]
    assert [item["parameters"]["count"] for item in found] == [2, 3, 2]
    assert found[0]["created"] > found[1]["created"]
    assert len(penstock("runs", "--json", "--pipeline", "sums", "--limit", "1").json) == 1
    table = penstock("runs").lines
    assert table[0].split() == ["run", "pipeline", "status", "created", "time", "parameters"]
    assert len(table) == 4
    assert "count=3 least=0" in table[2]


def test_a_folder_without_workspace_stays_one(penstock: Call) -> None:
    assert penstock("runs").out == "no runs yet; make one: penstock run FILE\n"
    assert penstock("runs", "--json").out == ""
    done = penstock("show")
    assert done.code == 2
    assert "there is no workspace here yet" in done.err


def test_delete_keeps_the_newest_of_each_pipeline(sums: Call, penstock: Call) -> None:
    for count in ("1", "2", "3"):
        sums("-p", f"count={count}")
    penstock("run", "flow.py:broken", "--inline")
    dry = penstock("runs", "delete", "--keep", "1", "--dry-run", "--json").json[0]
    assert len(dry["deleted"]) == 2
    assert len(penstock("runs", "--json").json) == 4
    assert penstock("runs", "delete", "--keep", "1").lines[-1].startswith("2 runs deleted")
    assert [item["pipeline"] for item in penstock("runs", "--json").json] == ["broken", "sums"]


def test_delete_by_age_and_name(sums: Call, penstock: Call) -> None:
    sums()
    (run,) = [item["run"] for item in penstock("runs", "--json").json]
    assert penstock("runs", "delete", "--older-than", "1h", "--json").json[0]["deleted"] == []
    assert penstock("runs", "delete", "--older-than", "0s", "--keep", "1", "--json").json[0]["deleted"] == []
    assert penstock("runs", "delete", run, "--json").json[0]["deleted"] == [run]
    assert penstock("runs", "--json").out == ""


def test_delete_needs_to_be_told_which(sums: Call, penstock: Call) -> None:
    sums()
    assert "it is not said which runs" in penstock("runs", "delete").err
    assert "'soon' is no time span" in penstock("runs", "delete", "--older-than", "soon").err
    assert penstock("runs", "delete", "nope").code == 2


@pytest.mark.parametrize("command", [("runs",), ("show",), ("why", "last", "page"), ("gc",), ("store", "check")])
def test_reading_makes_no_workspace(command: tuple[str, ...], penstock: Call, project: Path) -> None:
    (project / "penstock.toml").write_text('[profile.team]\nstore = "sqlite:///shared/runs.db"\n')
    before = sorted(path.name for path in project.iterdir())
    penstock(*command, "--profile", "team")
    penstock(*command)
    assert sorted(path.name for path in project.iterdir()) == before
