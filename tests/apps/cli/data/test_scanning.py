import os
import pty
import sys
from pathlib import Path

import pytest

from penstock.apps.cli.data import scanning

CODE = """
import sys, threading
from penstock.apps.cli.data import scanning
scanning.PATIENCE_S = {patience}
drawn = threading.Event()
appear = scanning._Bar.appear
scanning._Bar.appear = lambda bar: (appear(bar), drawn.set())
with scanning.scanning("data/[a].csv") as show:
    show(10, 40, "rows")
    {wait}
    show(20, {total}, "rows")
print("end")
"""


def on_terminal(code: str, folder: Path) -> str:
    """What a program shows on a terminal of its own."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ.update(TERM="xterm", COLUMNS="100", LINES="24")
        os.execv(sys.executable, [sys.executable, "-c", code])
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            # The other side of the terminal is closed.
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert status == 0, shown
    return shown.decode()


@pytest.mark.parametrize(("total", "expected"), [(40, "50 %"), (0, "20 rows")])
def test_a_bar_appears_after_a_while_and_goes(total: int, expected: str, tmp_path: Path) -> None:
    shown = on_terminal(CODE.format(patience=0.0, wait="drawn.wait(30)", total=total), tmp_path)
    assert "data/[a].csv" in shown
    assert expected in shown
    # What is transient clears its line before the program goes on.
    assert "\x1b[2K" in shown.partition("end")[0]


def test_short_work_shows_nothing(tmp_path: Path) -> None:
    assert on_terminal(CODE.format(patience=60.0, wait="", total=40), tmp_path).strip() == "end"


def test_no_terminal_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with scanning.scanning("x") as show:
        show(1, 2, "rows")
    assert capsys.readouterr().err == ""
