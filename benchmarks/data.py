"""What the data room costs: statistics, schema, validation and drift, each against a bound, beside other profilers.

The table has 2,000,000 rows of 20 columns (10 numbers with gaps, 8 texts of 2 to 100,000 values, a timestamp and a
text of 1.5 million values). Every workload runs in a process of its own, round by round; a figure is the median over
the rounds of the faster of two runs. Prints tables, writes JSON, and exits with 1 when a bound is missed::

    python benchmarks/data.py [--rounds 3] [--rows 2000000] [--output benchmarks/results/data.json]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from data_workload import OPTIONAL, write_table
from record import write_record

WORKLOAD = Path(__file__).with_name("data_workload.py")
SCALE = 10
"""The large table has so many times the rows."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One process: the seconds of each run, and its peak of memory."""

    seconds: tuple[float, ...]
    peak_mb: float
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A workload on some files."""

    name: str
    workload: str
    paths: tuple[Path, ...]
    rounds: int
    times: int = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its bound (0 for none), both in ``unit``."""

    name: str
    value: float
    unit: str
    bound: float
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Files:
    """The tables on disk."""

    folder: Path
    rows: int

    def path(self, name: str, suffix: str = ".parquet") -> Path:
        """Where a table lies."""
        return self.folder / f"{name}-{self.rows}{suffix}"

    def write(self, tell: Callable[[str], None]) -> None:
        """Write the tables that are not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = [
            (self.path("table"), self.rows, 1),
            (self.path("later"), self.rows, 2),
            (self.path("table", ".csv"), self.rows, 1),
            (self.path("large"), self.rows * SCALE, 3),
        ]
        for path, rows, seed in wanted:
            if not path.exists():
                tell(f"writing {path}")
                write_table(path, rows, seed)


def tasks(files: Files, rounds: int) -> list[Task]:
    """What is timed, in order: what writes statistics comes before what reads them."""
    table, later, large = files.path("table"), files.path("later"), files.path("large")
    saved = (table.with_suffix(".json"), later.with_suffix(".json"))
    few = min(rounds, 2)
    return [
        Task("decode every value", "decode", (table,), rounds, 4),
        Task("statistics", "describe", (table,), rounds),
        Task("statistics, 10 times the rows", "describe", (large,), few),
        Task("DuckDB reads the CSV", "decode", (files.path("table", ".csv"),), few, 1),
        Task("statistics of the CSV", "describe", (files.path("table", ".csv"),), few, 1),
        Task("DuckDB SUMMARIZE", "summarize", (table,), few, 1),
        *(Task(name, name, (table,), 1, 1) for name in OPTIONAL),
        Task("save statistics", "save", (table,), 1),
        Task("save statistics of later rows", "save", (later,), 1),
        Task("load two statistics", "load", saved, rounds, 5),
        Task("drift of two saved statistics", "drift", saved, rounds, 5),
        Task("drift of two statistics in memory", "drift loaded", saved, rounds, 5),
        Task("infer the schema", "infer", saved[:1], rounds, 5),
        Task("validate", "validate", saved[:1], rounds, 5),
    ]


def timed(task: Task) -> Sample:
    """Run a task in a process of its own.

    Raises
    ------
    SystemExit
        If it fails; its output is shown.
    """
    command = [sys.executable, str(WORKLOAD), task.workload, *map(str, task.paths), "--times", str(task.times)]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (output, errors):
            stream.seek(0)
        if process.returncode != 0:
            sys.exit(f"{task.name} ended with {process.returncode}:\n{errors.read()}")
        found = json.loads(output.read().splitlines()[-1])
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Sample(tuple(found["seconds"]), usage.ru_maxrss / unit, found["missing"])


def measure(todo: Sequence[Task], tell: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Samples by task: round by round, so that other load on the machine meets all of them."""
    samples: dict[str, list[Sample]] = {task.name: [] for task in todo}
    for number in range(max(task.rounds for task in todo)):
        for task in todo:
            if number < task.rounds:
                tell(f"round {number + 1}: {task.name}")
                samples[task.name].append(timed(task))
    return samples


def seconds_of(samples: Sequence[Sample]) -> float:
    """Median over the processes of the fastest run in each; 0 where none could run."""
    found = [min(sample.seconds) for sample in samples if sample.seconds]
    return median(found) if found else 0.0


def figures(samples: dict[str, list[Sample]]) -> list[Figure]:
    """The values that have a bound, and the comparisons that have none."""
    seconds = {name: seconds_of(found) for name, found in samples.items()}
    peaks = {name: max((sample.peak_mb for sample in found), default=0.0) for name, found in samples.items()}
    floor, statistics = seconds["decode every value"], seconds["statistics"]
    large = "statistics, 10 times the rows"
    drift, load = seconds["drift of two saved statistics"], seconds["load two statistics"]
    values = [
        ("statistics / decoding every value", statistics / floor, "x", 6),
        ("peak memory of statistics", peaks["statistics"], "MB", 1000),
        ("peak memory, 10 times the rows", peaks[large], "MB", 1000),
        ("peak memory, 10 times the rows / once", peaks[large] / peaks["statistics"], "x", 1.2),
        ("10 times the rows / statistics", seconds[large] / statistics, "x", 11),
        (
            "statistics of the CSV / DuckDB reading it",
            seconds["statistics of the CSV"] / seconds["DuckDB reads the CSV"],
            "x",
            0,
        ),
        ("drift of two saved statistics, loading included", 1000 * drift, "ms", 50),
        ("drift of two saved statistics / loading them", drift / load, "x", 0),
        ("drift of two statistics in memory", 1000 * seconds["drift of two statistics in memory"], "ms", 0),
        ("infer the schema", 1000 * seconds["infer the schema"], "ms", 100),
        ("validate", 1000 * seconds["validate"], "ms", 100),
    ]
    peers = ["DuckDB SUMMARIZE", *OPTIONAL]
    values += [(f"{name} / statistics", seconds[name] / statistics, "x", 0) for name in peers if seconds[name]]
    return [
        Figure(name, round(value, 2), unit, bound, not bound or value <= bound) for name, value, unit, bound in values
    ]


def table(samples: dict[str, list[Sample]], found: list[Figure]) -> str:
    """Both tables as text."""
    floor = seconds_of(samples["decode every value"])
    lines = [f"{'workload':<40}{'seconds':>10}{'x decode':>10}{'peak MB':>9}{'runs':>6}"]
    for name, runs in samples.items():
        reason = next((run.missing for run in runs if run.missing), "")
        if reason:
            lines.append(f"{name:<40}  not here: {reason}")
            continue
        seconds, peak = seconds_of(runs), max(run.peak_mb for run in runs)
        lines.append(f"{name:<40}{seconds:>10.3f}{seconds / floor:>10.1f}{peak:>9.0f}{len(runs):>6}")
    lines += ["", f"{'figure':<50}{'value':>10}{'bound':>9}"]
    for figure in found:
        bound = f"{figure.bound:>9g}" if figure.bound else f"{'-':>9}"
        verdict = ("kept" if figure.is_kept else "MISSED") if figure.bound else ""
        lines.append(f"{figure.name:<50}{figure.value:>10.2f}{bound}{figure.unit:>4}  {verdict}".rstrip())
    return "\n".join(lines)


def main() -> int:
    """Write, measure, print; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description="Measure the data room against its bounds.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each workload runs (default: 3)")
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the table (default: 2,000,000)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "penstock-bench-data")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "data.json")
    options = parser.parse_args()

    def tell(text: str) -> None:
        print(text, file=sys.stderr)

    files = Files(options.folder, options.rows)
    files.write(tell)
    samples = measure(tasks(files, options.rounds), tell)
    found = figures(samples)
    print(table(samples, found))
    write_record(options.output, found, samples)
    return 0 if all(figure.is_kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
