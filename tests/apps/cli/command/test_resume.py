from pathlib import Path

from command_line import Call


def test_only_what_is_not_committed_runs_again(penstock: Call, project: Path) -> None:
    assert penstock("run", "flow.py:broken", "--inline").code == 1
    flow = project / "flow.py"
    flow.write_text(flow.read_text().replace('raise ValueError(f"no use for {len(values)} values")', "return 3"))
    done = penstock("resume", "last", "--inline", "--json")
    assert done.code == 0
    started = [event["step"] for event in done.json if event["event"] == "step_started"]
    assert started == ["fail", "square"]
    assert done.json[-1]["outputs"] == {"output": 9}


def test_recorded_sources(penstock: Call, project: Path) -> None:
    penstock("run", "flow.py:broken", "--inline")
    (project / "flow.py").unlink()
    gone = penstock("resume", "last")
    assert gone.code == 2
    assert "--recorded" in gone.err
    again = penstock("resume", "last", "--recorded", "--workers", "1")
    assert again.code == 1
    assert "no use for 2 values" in again.err


def test_a_complete_run_has_nothing_to_resume(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("resume", "last")
    assert done.code == 2
    assert "is complete" in done.err
