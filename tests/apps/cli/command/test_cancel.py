import subprocess
from collections.abc import Callable
from pathlib import Path

from command_line import Call
from processes import wait_until


def test_another_process_stops(start: Callable[..., subprocess.Popen[str]], penstock: Call, project: Path) -> None:
    process = start("run", "flow.py:slow", "-p", f"folder={project}")
    wait_until((project / "started").exists, what="start of the step")
    (run,) = [item["run"] for item in penstock("runs", "--json").json]
    assert penstock("cancel", run, "--json").json == [{"run": run, "canceled": True}]
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert penstock("show", run, "--json").json[0]["status"] == "canceled"
