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


def test_a_name_that_no_file_system_takes_is_cut_and_stays_its_own() -> None:
    long = "/".join(["outer_pipeline"] * 60)
    names = [
        find(HOME, "r1", step, item).name
        for find in (log_file, checkpoint_folder)
        for step in (f"{long}/a", f"{long}/b", "ä" * 300)
        for item in (-1, 0, 1)
    ]
    assert max(len(name.encode()) for name in names) < 255
    assert len(set(names)) == len(names)
    assert names[0].startswith("outer_pipeline.outer_pipeline.")
    assert names[0].endswith(".log")


def test_every_name_stays_inside_its_run() -> None:
    for name in ("..", "../..", "/etc/passwd", "a/../../b"):
        assert log_file(HOME, "r1", name).parent == HOME / "logs" / "r1"
