from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from penstock.core.error import UsageError
from penstock.ml.data import Dataset, open_source
from penstock.ml.evaluation import evaluate
from penstock.ml.training.sklearn import trainer
from penstock.testing import taxi, write_taxi
from penstock.testing.taxi import BATCH_ROWS, COLUMNS

ROWS = 15_002


@pytest.fixture(scope="module")
def trips() -> pa.Table:
    return taxi(ROWS, 1).read_all()


@pytest.fixture(scope="module")
def real(real_data: Path) -> pa.Table:
    found: pa.Table = open_source(str(real_data / "taxi" / "taxi.csv")).read().read_all()
    return found


def test_batches_depend_on_the_seed_and_their_number_only(trips: pa.Table) -> None:
    more = taxi(2 * BATCH_ROWS + 7, 1)
    batches = list(more)
    assert [batch.num_rows for batch in batches] == [BATCH_ROWS, BATCH_ROWS, 7]
    assert pa.Table.from_batches(batches[:1]).slice(0, ROWS).equals(trips)
    assert not batches[1].slice(0, 7).equals(batches[0].slice(0, 7))
    assert not taxi(ROWS, 2).read_all().equals(trips)
    assert taxi(0).read_all().schema.names == list(COLUMNS)


def test_another_process_draws_the_same(trips: pa.Table, tmp_path: Path) -> None:
    code = f"from penstock.testing import write_taxi; write_taxi(r'{tmp_path / 'a.parquet'}', 1000, 1)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Dataset(tmp_path).to_arrow().equals(trips.slice(0, 1000))


def test_csv_and_parquet_hold_the_same_rows(trips: pa.Table, tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        path = write_taxi(tmp_path / name, ROWS, 1)
        assert open_source(str(path)).read().read_all().equals(trips)
    with pytest.raises(UsageError, match=r"'\.json' is no ending"):
        write_taxi(tmp_path / "a.json", 1)


@pytest.mark.parametrize(("rows", "seed"), [(-1, 0), (1, -1)])
def test_negative_numbers(rows: int, seed: int) -> None:
    with pytest.raises(UsageError):
        taxi(rows, seed)


def test_memory_does_not_grow_with_the_rows() -> None:
    code = "import resource, sys; from penstock.testing import taxi; list(map(len, taxi(int(sys.argv[1]))))"
    code += "; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    peaks = [
        int(subprocess.run([sys.executable, "-c", code, rows], capture_output=True, text=True, check=True).stdout)
        for rows in ("50000", "1000000")
    ]
    assert peaks[1] < 1.3 * peaks[0]


def test_parts_of_a_start_agree(trips: pa.Table) -> None:
    at = pc.cast(trips["trip_start_timestamp"], pa.timestamp("s"))
    assert pc.equal(pc.month(at), trips["trip_start_month"]).unique().to_pylist() == [True]
    assert pc.equal(pc.hour(at), trips["trip_start_hour"]).unique().to_pylist() == [True]
    weekday = pc.add(pc.day_of_week(at, week_start=7), 1)
    assert pc.equal(weekday, trips["trip_start_day"]).unique().to_pylist() == [True]


def test_tips_can_be_learned(trips: pa.Table) -> None:
    label = pc.greater(trips["tips"], pc.multiply(0.2, trips["fare"]))
    table = trips.drop_columns(["tips"]).append_column("big_tipper", label)
    model = trainer.fit(table.slice(3000), label="big_tipper", features=trips.drop_columns(["tips"]).schema.names)
    assert 0.9 < evaluate(model, table.slice(0, 3000))["auc"] < 0.99


def test_columns_are_those_of_the_real_data(trips: pa.Table, real: pa.Table) -> None:
    assert trips.schema == real.schema


def test_gaps_are_those_of_the_real_data(trips: pa.Table, real: pa.Table) -> None:
    for name in COLUMNS:
        assert trips[name].null_count / ROWS == pytest.approx(real[name].null_count / ROWS, abs=0.01), name
        assert (trips[name].null_count > 0) == (real[name].null_count > 0), name


@pytest.mark.parametrize("name", ["fare", "trip_miles", "trip_seconds", "tips", "trip_start_hour", "pickup_latitude"])
def test_quantiles_are_like_those_of_the_real_data(name: str, trips: pa.Table, real: pa.Table) -> None:
    shares = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
    ours, theirs = (pc.quantile(table[name].drop_null(), shares).to_pylist() for table in (trips, real))
    for our, their in zip(ours, theirs, strict=True):
        assert our == pytest.approx(their, rel=0.35, abs=1.1 if name != "pickup_latitude" else 0.02)
    assert all(low <= high for low, high in pairwise(ours))


@pytest.mark.parametrize(
    ("column", "value"), [("payment_type", "Cash"), ("payment_type", "Credit Card"), ("fare", 0.0), ("trip_miles", 0.0)]
)
def test_frequent_values_are_as_frequent(column: str, value: object, trips: pa.Table, real: pa.Table) -> None:
    ours, theirs = (pc.sum(pc.equal(table[column], value)).as_py() / ROWS for table in (trips, real))
    assert ours == pytest.approx(theirs, abs=0.03)


def test_as_many_big_tippers(trips: pa.Table, real: pa.Table) -> None:
    ours, theirs = (
        pc.mean(pc.greater(table["tips"], pc.multiply(0.2, table["fare"]))).as_py() for table in (trips, real)
    )
    assert ours == pytest.approx(theirs, abs=0.03)
