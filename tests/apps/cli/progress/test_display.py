import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from penstock.apps.cli.progress import DisplayOptions, open_display

EVENTS: list[dict[str, Any]] = [
    {"event": "run_started", "run": "taxi-1", "pipeline": "taxi", "steps": 3},
    {"event": "step_started", "run": "taxi-1", "step": "train", "item": -1, "attempt": 1},
    {"event": "step_progress", "run": "taxi-1", "step": "train", "item": -1, "done": 1, "total": 2, "note": "half"},
    {"event": "step_finished", "run": "taxi-1", "step": "train", "item": -1, "status": "complete", "seconds": 0.5},
    {"event": "step_finished", "run": "taxi-1", "step": "score", "item": 2, "status": "cached", "seconds": 0.0},
    {"event": "run_finished", "run": "taxi-1", "status": "complete", "seconds": 1.0, "outputs": {"auc": 0.9}},
]


def _show(options: DisplayOptions) -> None:
    with open_display(options) as watch:
        for event in EVENTS:
            watch(event)


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    _show(DisplayOptions(steps=("train", "score", "select")))
    assert capsys.readouterr().out.splitlines() == [
        "run taxi-1, pipeline taxi, 3 steps",
        " ✓ train     complete           0.50 s",
        " ✓ score[2]  cached",
    ]


def test_json_lines_leave_out_what_is_for_live_displays(capsys: pytest.CaptureFixture[str]) -> None:
    _show(DisplayOptions(is_json=True))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [event for event in EVENTS if event["event"] != "step_progress"]


def _in_terminal(code: str, **variables: str) -> str:
    """Everything that a program writes to a terminal of 12 lines."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "LINES": "12", "COLUMNS": "100", **variables}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    written = b""
    while select.select([master], [], [], 60)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        written += data
    os.close(master)
    assert process.wait(60) == 0
    return written.decode()


LIVE = f"""
import time
from penstock.apps.cli.progress import DisplayOptions, open_display
with open_display(DisplayOptions(steps=tuple(f"step_{{n:03d}}" for n in range(200)))) as watch:
    watch({EVENTS[0]!r})
    for n in range(200):
        place = {{"run": "taxi-1", "step": f"step_{{n:03d}}", "item": -1}}
        watch({{"event": "step_started", **place, "attempt": 1}})
        end = time.monotonic() + 0.002
        while time.monotonic() < end:
            watch({{"event": "step_progress", **place, "done": 1, "total": 2, "note": ""}})
        watch({{"event": "step_finished", **place, "status": "complete", "seconds": 0.5}})
"""


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_the_live_table_loses_no_step_and_gives_the_cursor_back(variables: dict[str, str]) -> None:
    """Steps scroll away in several batches while it runs, and the rest stays at the end."""
    written = _in_terminal(LIVE, **variables)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
    assert all(f"step_{number:03d}  complete" in plain for number in range(200))
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")
    assert ("\x1b[32m" in written) is (not variables)


def test_a_dumb_terminal_gets_plain_lines() -> None:
    written = _in_terminal(LIVE, TERM="dumb")
    assert "\x1b" not in written
    assert written.count("step_000") == 1


def test_verbose_output_comes_before_the_end_of_its_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    with open_display(DisplayOptions(log_file=lambda run, step, item: log)) as watch:
        watch(EVENTS[1])
        log.write_text("loss 0.5\n")
        watch(EVENTS[3])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["   train | loss 0.5", " ✓ train     complete           0.50 s"]
