"""What the engine costs: start-up, steps, cache hits, big graphs and memory, each against a bound.

Every command is timed in turn with a bare ``python -c pass`` on the same machine, round by round; the figures are
medians. Prints a table, writes JSON, and exits with 1 when a bound is missed::

    python benchmarks/engine.py [--rounds 5] [--output benchmarks/results/engine.json]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from record import write_record

BARE = "bare python"
PENSTOCK = str(Path(sys.executable).with_name("penstock"))
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    # Compiled modules are kept, as on any machine that is not told otherwise.
    if not name.startswith("PENSTOCK_") and name != "PYTHONDONTWRITEBYTECODE"
}

FLOWS = {
    "chain20.py": """
        @ps.pipeline
        def chain(start: int = 0):
            value = add(start)
            for _ in range(19):
                value = add(value)
            return value
    """,
    "chain200.py": """
        @ps.pipeline
        def chain(start: int = 0):
            value = add(start)
            for _ in range(199):
                value = add(value)
            return value
    """,
    "fan.py": """
        @ps.step
        def join(values: list[int]) -> int:
            return sum(values)

        @ps.pipeline
        def fan(start: int = 0):
            return join([add(number) for number in range(20)])
    """,
    "big.py": """
        @ps.step
        def pair(left: int, right: int) -> int:
            return 0

        @ps.pipeline
        def big(start: int = 0):
            layer = [add(start) for _ in range(100)]
            for _ in range(49):
                layer = [pair(layer[index], layer[index - 1]) for index in range(100)]
    """,
}
HEAD = """import penstock as ps

@ps.step
def add(x: int) -> int:
    return x + 1
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One timed command."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Command:
    """Something to time; ``argv`` is run in the project's folder."""

    name: str
    argv: tuple[str, ...]
    rounds: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its bound, both in ``unit``."""

    name: str
    value: float
    unit: str
    bound: float
    is_kept: bool


def commands(rounds: int) -> list[Command]:
    """What is timed, the yardstick first."""
    big_rounds = min(rounds, 3)
    return [
        Command(BARE, (sys.executable, "-c", "pass"), rounds),
        Command("penstock --help", (PENSTOCK, "--help"), rounds),
        Command("chain of 20", (PENSTOCK, "run", "chain20.py", "--no-cache"), rounds),
        Command("chain of 20, all cached", (PENSTOCK, "run", "chain20.py"), rounds),
        Command("fan-out of 20 + join", (PENSTOCK, "run", "fan.py", "--no-cache"), rounds),
        Command("chain of 200", (PENSTOCK, "run", "chain200.py", "--no-cache"), big_rounds),
        Command("graph of 5,000 nodes", (PENSTOCK, "run", "big.py", "--no-cache", "--inline"), big_rounds),
    ]


def write_project(folder: Path) -> None:
    """A project with a workspace in which the chain of 20 is cached."""
    (folder / "penstock.toml").write_text("")
    for name, body in FLOWS.items():
        lines = [line[8:] for line in body.splitlines()]
        (folder / name).write_text(HEAD + "\n".join(lines))
    timed((PENSTOCK, "run", "chain20.py"), folder)


def timed(argv: Sequence[str], folder: Path) -> Sample:
    """Run a command to its end; memory is the peak of it or of a child it waited for.

    Raises
    ------
    SystemExit
        If the command fails; its output is shown.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            sys.exit(f"{' '.join(argv)} ended with {process.returncode}:\n{output.read().decode(errors='replace')}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Sample(seconds, usage.ru_maxrss / unit)


def measure(rounds: int, folder: Path, tell: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Samples by command: round by round, so that other load on the machine meets all of them."""
    todo = commands(rounds)
    samples: dict[str, list[Sample]] = {command.name: [] for command in todo}
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        for command in todo:
            if number < command.rounds:
                samples[command.name].append(timed(command.argv, folder))
    return samples


def figures(samples: dict[str, list[Sample]]) -> list[Figure]:
    """The values that have a bound."""
    seconds = {name: median(sample.seconds for sample in found) for name, found in samples.items()}
    per_step_ms = (seconds["chain of 200"] - seconds["chain of 20"]) / 180 * 1000
    peak_mb = max(sample.peak_mb for name, found in samples.items() if name != BARE for sample in found)
    values = [
        ("penstock --help", seconds["penstock --help"] / seconds[BARE], "x", 12),
        ("chain of 20, nothing cached", seconds["chain of 20"] / seconds[BARE], "x", 60),
        ("chain of 20, all cached", seconds["chain of 20, all cached"] / seconds[BARE], "x", 45),
        ("fan-out of 20 + join, nothing cached", seconds["fan-out of 20 + join"] / seconds[BARE], "x", 60),
        ("added cost per step: (chain of 200 - chain of 20) / 180", per_step_ms, "ms", 12),
        ("graph of 5,000 no-op nodes, --inline", seconds["graph of 5,000 nodes"], "s", 5),
        ("peak memory of a runner, all of the above", peak_mb, "MB", 150),
    ]
    return [Figure(name, round(value, 2), unit, bound, value <= bound) for name, value, unit, bound in values]


def table(samples: dict[str, list[Sample]], found: list[Figure]) -> str:
    """Both tables as text."""
    bare = median(sample.seconds for sample in samples[BARE])
    lines = [f"{'command':<36}{'median s':>10}{'x bare':>9}{'peak MB':>9}{'runs':>6}"]
    for name, runs in samples.items():
        seconds, peak = median(run.seconds for run in runs), max(run.peak_mb for run in runs)
        lines.append(f"{name:<36}{seconds:>10.3f}{seconds / bare:>9.1f}{peak:>9.0f}{len(runs):>6}")
    lines += ["", f"{'figure':<58}{'value':>9}{'bound':>9}"]
    for figure in found:
        verdict = "kept" if figure.is_kept else "MISSED"
        unit = figure.unit.rjust(3)
        lines.append(f"{figure.name:<58}{figure.value:>9.2f}{figure.bound:>9.0f}{unit}  {verdict}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, write; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description="Measure the engine against its bounds.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each command runs (default: 5)")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "engine.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        write_project(Path(name))
        samples = measure(options.rounds, Path(name), lambda text: print(text, file=sys.stderr))
    found = figures(samples)
    print(table(samples, found))
    write_record(options.output, found, samples)
    return 0 if all(figure.is_kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
