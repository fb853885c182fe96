from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from benchmark_module import benchmark_module

from penstock.engine.authoring import Pipeline
from penstock.engine.source import load_pipeline_file


@pytest.fixture(scope="module")
def engine(repository: Path) -> ModuleType:
    return benchmark_module(repository, "engine")


def test_the_projects_are_what_the_figures_say(engine: ModuleType, tmp_path: Path) -> None:
    engine.write_project(tmp_path)
    sizes = {}
    for name in engine.FLOWS:
        found = vars(load_pipeline_file(tmp_path / name)).values()
        [flow] = [item for item in found if isinstance(item, Pipeline)]
        sizes[name] = len(flow.graph.nodes)
    assert sizes == {"chain20.py": 20, "chain200.py": 200, "fan.py": 21, "big.py": 5000}


@pytest.mark.parametrize(("seconds", "is_kept"), [(0.5, True), (0.7, False)])
def test_a_missed_bound_is_told(engine: ModuleType, seconds: float, is_kept: bool) -> None:
    samples = {command.name: [engine.Sample(0.01, 20.0)] for command in engine.commands(1)}
    samples["fan-out of 20 + join"] = [engine.Sample(seconds, 20.0)] * 3
    found = {figure.name: figure for figure in engine.figures(samples)}
    fan = found.pop("fan-out of 20 + join, nothing cached")
    assert (fan.value, fan.is_kept) == (pytest.approx(seconds / 0.01), is_kept)
    assert all(figure.is_kept for figure in found.values())
    assert ("MISSED" in engine.table(samples, [fan])) is not is_kept


def test_a_failing_command_stops_the_benchmark(engine: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ended with 3:\nbroken"):
        engine.timed((sys.executable, "-c", "print('broken'); raise SystemExit(3)"), tmp_path)
