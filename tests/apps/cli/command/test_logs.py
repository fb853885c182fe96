import subprocess
from collections.abc import Callable
from pathlib import Path

from command_line import Call
from processes import wait_until


def test_all_steps_or_one(penstock: Call) -> None:
    penstock("run", "flow.py:broken", "--workers", "1")
    out = penstock("logs", "last").out
    assert out.startswith("==> numbers <==\ncounting to 2\n==> fail <==\nabout to fail\n")
    assert penstock("logs", "last", "numbers").out == "counting to 2\n"
    assert penstock("logs", "last", "fail", "--tail", "1").lines == ["ValueError: no use for 2 values"]
    done = penstock("logs", "last", "numbesr")
    assert done.code == 2
    assert "did you mean 'numbers'" in done.err


def test_follow_ends_with_the_run(start: Callable[..., subprocess.Popen[str]], project: Path) -> None:
    run = start("run", "flow.py:slow", "-p", f"folder={project}")
    wait_until((project / "started").exists, what="start of the step")
    logs = start("logs", "last", "--follow")
    assert logs.stdout is not None
    assert logs.stdout.readline() == "wait | waiting\n"
    (project / "go").touch()
    assert logs.stdout.readline() == "wait | went on\n"
    out, err = logs.communicate(timeout=60)
    assert (logs.returncode, out, err) == (0, "", "")
    run.communicate(timeout=60)
    assert run.returncode == 0


def test_tail_of_what_is_followed(start: Callable[..., subprocess.Popen[str]], project: Path) -> None:
    run = start("run", "flow.py:slow", "-p", f"folder={project}")
    wait_until((project / "started").exists, what="start of the step")
    (log,) = (project / ".penstock/logs").rglob("wait.log")
    with log.open("a") as file:
        file.write("second\n")
    logs = start("logs", "last", "wait", "--follow", "--tail", "1")
    assert logs.stdout is not None
    assert logs.stdout.readline() == "second\n"
    (project / "go").touch()
    assert logs.stdout.readline() == "went on\n"
    logs.communicate(timeout=60)
    run.communicate(timeout=60)


def test_json(penstock: Call) -> None:
    penstock("run", "flow.py:broken", "--workers", "1")
    lines = penstock("logs", "last", "--json").json
    assert lines[:2] == [
        {"step": "numbers", "item": -1, "line": "counting to 2"},
        {"step": "fail", "item": -1, "line": "about to fail"},
    ]
    assert penstock("logs", "last", "numbers", "--json", "--follow").json == lines[:1]


def test_silence_is_told(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("logs", "last")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("the steps of sums-")
    assert done.err.endswith(" printed nothing\n")
    assert penstock("logs", "last", "page").err.startswith("step 'page' of sums-")
    assert penstock("logs", "last", "--json").err == ""
