import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from command_line import Call
from processes import wait_until


def test_steps_outputs_and_metrics(sums: Call, penstock: Call) -> None:
    sums()
    out = penstock("show").out
    assert "sums  complete in" in out
    assert "4 items: 4 run" in out
    assert "figures  share=0.123457 total=14" in out
    assert "summarise  total  14.0" in out
    sums()
    assert "from sums-" in penstock("show", "last").out
    assert " square[2] " in penstock("show", "--all").out


def test_json_is_complete(sums: Call, penstock: Call) -> None:
    sums("-p", "least=1000")
    (data,) = penstock("show", "last", "--json").json
    assert (data["status"], data["parameters"]) == ("complete", {"count": 4, "least": 1000})
    states = {(step["step"], step["item"]): step["status"] for step in data["steps"]}
    assert states[("page", -1)] == "skipped"
    assert states[("square", 3)] == "complete"
    (figures,) = [step for step in data["steps"] if step["step"] == "summarise"]
    assert figures["metrics"] == {"total": 14.0}
    assert data["outputs"]["values"] == [0, 1, 4, 9]


def test_a_failure_is_told_in_full(penstock: Call) -> None:
    penstock("run", "flow.py:broken", "--inline")
    out = penstock("show").out
    assert "error  ValueError: no use for 2 values" in out
    assert "because fail failed" in out
    (data,) = penstock("show", "--json").json
    (step,) = [step for step in data["steps"] if step["status"] == "failed"]
    assert step["error"]["what"] == "ValueError: no use for 2 values"


def test_unknown_runs(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("show", "nope")
    assert (done.code, done.out) == (2, "")
    assert "there is no run 'nope'" in done.err


MAPPED = """
import time
from pathlib import Path

import penstock as ps


@ps.step
def numbers(count: int) -> list[int]:
    return list(range(count))


@ps.step(cache=False)
def hold(number: int, folder: str) -> int:
    Path(folder, f"began-{number}").touch()
    while number and Path(folder).exists():
        time.sleep(0.01)
    return number


@ps.pipeline
def held(folder: str, count: int = 3):
    return hold.map(numbers(count), folder=folder)
"""


def test_a_step_that_runs_and_one_whose_runner_died(
    start: Callable[..., subprocess.Popen[str]], penstock: Call, project: Path
) -> None:
    (project / "held.py").write_text(MAPPED)
    run = start("run", "held.py", "-p", f"folder={project}", "--workers", "3")
    wait_until(lambda: len(list(project.glob("began-*"))) == 3, what="start of the items")
    wait_until(lambda: "1 run" in penstock("show", "last").out.partition("hold")[2], what="end of the first item")
    out = penstock("show").out
    assert "held  running  (2 steps, 4 items: 2 running, 2 run)" in out
    assert re.search(r"●  hold +running +\d.* +3 items: 2 running, 1 run$", out, re.MULTILINE)
    (data,) = penstock("show", "--json").json
    assert (data["seconds"], [step["seconds"] for step in data["steps"]].count(None)) == (None, 2)
    run.kill()
    run.wait(60)
    wait_until(lambda: "abandoned" in penstock("show").out.splitlines()[0], what="the lease of a dead process to end")
    out = penstock("show").out
    assert "held  abandoned  (2 steps, 4 items: 2 run, 2 abandoned)" in out
    assert re.search(r"\?  hold +abandoned .*3 items: 1 run, 2 abandoned$", out, re.MULTILINE)
    full = penstock("show", "--all").out
    assert re.search(r"\?  hold\[2\] +abandoned$", full, re.MULTILINE)
    assert re.search(r"held +abandoned  [-\d]+ [:\d]+ +count=3", penstock("runs").out)
    assert [item["seconds"] for item in penstock("runs", "--json").json] == [None]


def test_figures_that_are_no_numbers_are_null(penstock: Call, project: Path) -> None:
    (project / "nan.py").write_text(
        "import penstock as ps\n\n\n@ps.step\ndef train() -> int:\n"
        "    ps.log_metrics({'loss': float('nan'), 'most': float('inf'), 'least': 0.5})\n    return 1\n\n\n"
        "@ps.pipeline\ndef learn():\n    return train()\n"
    )
    assert penstock("run", "nan.py", "--inline").code == 0
    done = penstock("show", "--json")
    assert "NaN" not in done.out
    assert "Infinity" not in done.out
    (step,) = done.json[0]["steps"]
    assert step["metrics"]["least"] == 0.5
    assert step["metrics"]["loss"] is None
