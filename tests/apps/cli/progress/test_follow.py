import io
import threading
from pathlib import Path

from penstock.apps.cli.progress.follow import LogFollower, LogTail
from penstock.apps.cli.terminal import Painter

PLAIN = Painter(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))


def test_a_tail_gives_whole_lines_once(tmp_path: Path) -> None:
    log = tmp_path / "step.log"
    tail = LogTail(log)
    assert tail.lines() == []
    log.write_bytes("first\r\nhälf".encode())
    assert tail.lines() == ["first"]
    assert tail.lines() == []
    with log.open("ab") as file:
        file.write(b" done\n\xff")
    assert tail.lines() == ["hälf done"]
    assert tail.lines(is_final=True) == ["\ufffd"]
    assert tail.lines(is_final=True) == []


def test_a_follower_shows_lines_while_the_step_runs(tmp_path: Path) -> None:
    shown: list[str] = []
    is_shown = threading.Event()

    def show(line: str) -> None:
        shown.append(line)
        is_shown.set()

    log = tmp_path / "train.log"
    log.write_text("an earlier attempt\n")
    follower = LogFollower(lambda run, step, item: tmp_path / f"{step}.log", show, PLAIN)
    follower.apply({"event": "step_started", "run": "r", "step": "train", "item": -1})
    with log.open("a") as file:
        file.write("epoch 1\n")
    assert is_shown.wait(30)
    with log.open("a") as file:
        file.write("no line end")
    follower.apply({"event": "step_finished", "run": "r", "step": "train", "item": -1})
    follower.close()
    assert shown == ["   train | epoch 1", "   train | no line end"]


def test_nothing_is_followed_where_nothing_is_asked() -> None:
    before = threading.active_count()
    follower = LogFollower(None, lambda line: None, PLAIN)
    follower.apply({"event": "step_started", "run": "r", "step": "train", "item": -1})
    follower.close()
    assert threading.active_count() == before
