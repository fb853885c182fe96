"""What the benchmark of the data room times: each workload by its name, run in a process of its own.

    python benchmarks/data_workload.py NAME PATH... [--times 2]

prints the seconds of each run, without imports that the process needs anyway.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

Run = Callable[[], object]
"""One timed run; what comes before it is not timed."""

NUMBERS = 10
CARDINALITIES = (2, 5, 20, 100, 1000, 5000, 20_000, 100_000)
OPTIONAL = {"pandas": "pandas", "ydata-profiling": "ydata_profiling", "evidently": "evidently"}
"""Profilers that are timed where they import."""


def table_query(rows: int, seed: int) -> str:
    """SQL of the table: numbers with gaps, texts of 2 to 100,000 values, a timestamp and a text of many values.

    It depends on hashes of the row's number alone, so that the same rows and seed give the same table anywhere.
    """

    def uniform(stream: int) -> str:
        return f"((hash(range + {seed * 1_000_000_007}, {stream}) >> 11)::DOUBLE / 9007199254740992)"

    columns = [
        f"CASE WHEN {uniform(100 + i)} < 0.05 THEN NULL ELSE sqrt(-2 * ln(1 - {uniform(200 + i)}))"
        f" * cos(6.283185307 * {uniform(300 + i)}) * {10 ** (i % 4)}::DOUBLE + {3 * i + seed % 7 * 0.1} END AS n{i}"
        for i in range(NUMBERS)
    ]
    columns += [f"'v' || floor(pow({uniform(400 + size)}, 2) * {size})::INT AS c{size}" for size in CARDINALITIES]
    columns.append(f"TIMESTAMP '2020-01-01' + to_seconds(({uniform(500)} * 94608000)::BIGINT) AS ts")
    columns.append(f"'text ' || ({uniform(600)} * 3500000)::INT || ' row' AS t")
    return f"SELECT {', '.join(columns)} FROM range({rows})"


def write_table(path: Path, rows: int, seed: int) -> None:
    """Write the table as Parquet or CSV, by the path's ending; a finished file alone has the name."""
    form = "FORMAT parquet, COMPRESSION zstd" if path.suffix == ".parquet" else "FORMAT csv"
    partial = path.with_suffix(".partial")
    duckdb.sql(f"COPY ({table_query(rows, seed)}) TO '{partial}' ({form})")
    partial.rename(path)


def decode(path: Path) -> Run:
    """DuckDB decoding every value: the floor of any full scan."""
    connection = duckdb.connect(config={"memory_limit": "1GiB"})
    kinds = connection.sql(f"DESCRIBE FROM '{path}'").fetchall()
    values = {"DOUBLE": "sum({})", "VARCHAR": "max(strlen({}))", "TIMESTAMP": "sum(epoch_us({}))"}
    query = ", ".join(values[kind].format(f'"{name}"') for name, kind, *_ in kinds)
    return lambda: connection.sql(f"SELECT {query} FROM '{path}'").fetchall()


def describe(path: Path) -> Run:
    """Penstock's statistics with their view."""
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.source.format import open_source
    from penstock.ml.data.statistics.statistics import Statistics

    is_parquet = path.suffix == ".parquet"
    return lambda: Statistics.of(Dataset(path) if is_parquet else open_source(str(path))).message


def summarize(path: Path) -> Run:
    """DuckDB's SUMMARIZE."""
    connection = duckdb.connect(config={"memory_limit": "1GiB"})
    return lambda: connection.sql(f"SUMMARIZE FROM '{path}'").fetchall()


def pandas_describe(path: Path) -> Run:
    """Read with pandas, and describe every column."""
    import pandas

    return lambda: pandas.read_parquet(path).describe(include="all")


def ydata_profiling(path: Path) -> Run:
    """ydata-profiling's minimal report."""
    import pandas
    from ydata_profiling import ProfileReport

    return lambda: ProfileReport(pandas.read_parquet(path), minimal=True, progress_bar=False).get_description()


def evidently(path: Path) -> Run:
    """Evidently's summary of a data set."""
    import pandas
    from evidently import Report
    from evidently.presets import DataSummaryPreset

    return lambda: Report([DataSummaryPreset()]).run(pandas.read_parquet(path), None)


def save(path: Path) -> Run:
    """Penstock's statistics of a Parquet file, written beside it."""
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.statistics.statistics import Statistics

    statistics = Statistics.of(Dataset(path))
    return lambda: statistics.save(path.with_suffix(".json"))


def load(first: Path, second: Path) -> Run:
    """Two saved statistics read, with what they keep."""
    from penstock.ml.data.statistics.statistics import Statistics

    return lambda: [(one.states, one.message) for one in map(Statistics.load, (first, second))]


def drift(first: Path, second: Path) -> Run:
    """Two saved statistics read and compared."""
    from penstock.ml.data.drift import compare
    from penstock.ml.data.statistics.statistics import Statistics

    return lambda: compare(Statistics.load(first), Statistics.load(second))


def drift_loaded(first: Path, second: Path) -> Run:
    """Two statistics in memory compared."""
    from penstock.ml.data.drift import compare
    from penstock.ml.data.statistics.statistics import Statistics

    both = [Statistics.load(path) for path in (first, second)]
    assert all(one.states and one.message for one in both)
    return lambda: compare(*both)


def infer(path: Path) -> Run:
    """The schema of saved statistics."""
    from penstock.ml.data.schema import infer_schema
    from penstock.ml.data.statistics.statistics import Statistics

    statistics = Statistics.load(path)
    return lambda: infer_schema(statistics)


def validation(path: Path) -> Run:
    """Statistics validated against the schema that was inferred from them."""
    from penstock.ml.data.anomalies import validate
    from penstock.ml.data.schema import infer_schema
    from penstock.ml.data.statistics.statistics import Statistics

    statistics = Statistics.load(path)
    schema = infer_schema(statistics)
    return lambda: validate(statistics, schema)


WORKLOADS: dict[str, Callable[..., Run]] = {
    "decode": decode,
    "describe": describe,
    "summarize": summarize,
    "pandas": pandas_describe,
    "ydata-profiling": ydata_profiling,
    "evidently": evidently,
    "save": save,
    "load": load,
    "drift": drift,
    "drift loaded": drift_loaded,
    "infer": infer,
    "validate": validation,
}


def missing(name: str) -> str:
    """Why an optional workload cannot run here; empty if it can."""
    try:
        importlib.import_module(OPTIONAL.get(name, "json"))
    except ImportError as error:
        return str(error)
    return ""


def main() -> None:
    """Run a workload, print its seconds."""
    parser = argparse.ArgumentParser(description="Run one workload of the data room's benchmark.")
    parser.add_argument("name", choices=sorted(WORKLOADS))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--times", type=int, default=2)
    options = parser.parse_args()
    reason = missing(options.name)
    seconds = []
    if not reason:
        run = WORKLOADS[options.name](*options.paths)
        for _ in range(options.times):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "missing": reason}))


if __name__ == "__main__":
    main()
