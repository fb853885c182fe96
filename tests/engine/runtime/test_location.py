from __future__ import annotations

from pathlib import Path

from penstock.engine.runtime.location import checkpoint_folder, log_file

HOME = Path("/w")


def test_a_nested_step_has_one_file() -> None:
    assert log_file(HOME, "r1", "outer/inner") == Path("/w/logs/r1/outer.inner.log")
    assert checkpoint_folder(HOME, "r1", "outer/inner") == Path("/w/checkpoints/r1/outer.inner")


def test_an_item_has_its_own() -> None:
    assert log_file(HOME, "r1", "fit", 0) == Path("/w/logs/r1/fit.0.log")
    assert checkpoint_folder(HOME, "r1", "fit", 12) == Path("/w/checkpoints/r1/fit.12")


def test_every_name_stays_inside_its_run() -> None:
    for name in ("..", "../..", "/etc/passwd", "a/../../b"):
        assert log_file(HOME, "r1", name).parent == HOME / "logs" / "r1"
