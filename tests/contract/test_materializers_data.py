from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.core.plugin import load_plugin
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import FILE_NAME, write_parquet
from penstock.ml.evaluation import Evaluation
from penstock.ml.models import Model
from penstock.testing.materializer_contract import MaterializerContract

# Every type that all the libraries have, with a missing value in each column.
TABLE = pa.table(
    {
        "id": pa.array([3, 1, 2], pa.int64()),
        "big": pa.array([2**53 + 1, None, -1], pa.int64()),
        "small": pa.array([1, None, 3], pa.int8()),
        "fare": pa.array([1.5, None, -0.25], pa.float64()),
        "flag": pa.array([True, None, False]),
        "text": pa.array(["", None, "ünï ☃"]),
        "day": pa.array([dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)]),
        "at": pa.array([dt.datetime(2024, 1, 1, 12, 0, 0, 7), None, dt.datetime(1960, 1, 1)], pa.timestamp("us")),
        "zoned": pa.array([dt.datetime(2024, 1, 1), None, None], pa.timestamp("us", "UTC")),
        "blob": pa.array([b"\x00\xff", None, b""]),
        "list": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
    }
)
FORMS = {
    "pyarrow.lib.Table": lambda: TABLE,
    "pyarrow.lib.RecordBatchReader": lambda: TABLE.to_reader(max_chunksize=2),
    "pandas.DataFrame": lambda: _frame(),
    "polars.dataframe.frame.DataFrame": lambda: pl.from_arrow(TABLE),
    "duckdb._relation.DuckDBPyRelation": lambda: duckdb.connect().from_arrow(TABLE),
}


def _frame() -> pd.DataFrame:
    from penstock.ml.data.frame import to_pandas

    return to_pandas(TABLE)


def find(form: str, kind: str = "Dataset") -> Any:
    return load_plugin("penstock.materializers", f"{kind}.{form}")


def as_arrow(value: Any) -> pa.Table:
    if isinstance(value, pd.DataFrame):
        from penstock.ml.data.frame import from_pandas

        value = from_pandas(value, where="test")
    table = value if isinstance(value, pa.Table) else pa.RecordBatchReader.from_stream(value).read_all()
    return table.cast(TABLE.schema)


class DatasetContract(MaterializerContract):
    form = ""

    @pytest.fixture
    def materializer(self) -> Any:
        return find(self.form)

    @pytest.fixture
    def value(self) -> Any:
        return FORMS[self.form]()

    def equal(self, value: Any, loaded: Any) -> bool:
        assert f"{type(loaded).__module__}.{type(loaded).__qualname__}" == self.form
        return bool(as_arrow(loaded).equals(TABLE))


class TestTable(DatasetContract):
    form = "pyarrow.lib.Table"


class TestReader(DatasetContract):
    form = "pyarrow.lib.RecordBatchReader"

    def test_saving_twice_gives_the_same_bytes(self, materializer: Any, value: Any, tmp_path: Path) -> None:
        super().test_saving_twice_gives_the_same_bytes(materializer, _Again(), tmp_path)


class _Again:
    """Readers can be read once; this gives a new one each time."""

    def scan(self) -> Any:
        return FORMS["pyarrow.lib.RecordBatchReader"]()


class TestPandas(DatasetContract):
    form = "pandas.DataFrame"


class TestPolars(DatasetContract):
    form = "polars.dataframe.frame.DataFrame"


class TestDuckDB(DatasetContract):
    form = "duckdb._relation.DuckDBPyRelation"


class TestLazy(DatasetContract):
    form = "penstock.ml.data.dataset.Dataset"

    @pytest.fixture
    def value(self, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
        path = tmp_path_factory.mktemp("lazy") / "a.parquet"
        write_parquet(TABLE, path)
        return Dataset(path)


class TestModel(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return find("penstock.ml.models.model.Model", "Model")

    @pytest.fixture
    def value(self) -> Model:
        from penstock.testing.trainer_contract import examples

        trainer = load_plugin("penstock.trainers", "xgboost")
        table = examples(["a", "b"])
        return trainer.fit(table, label="label", features=["number", "text"], params={"num_boost_round": 3})

    def equal(self, value: Model, loaded: Model) -> bool:
        rows = [{"number": 1.0, "text": "y"}, {"number": None, "text": "new"}]
        return value == loaded and value.predict_proba(rows).tolist() == loaded.predict_proba(rows).tolist()


class TestEvaluation(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return find("penstock.ml.evaluation.evaluation.Evaluation", "Evaluation")

    @pytest.fixture
    def value(self) -> Evaluation:
        return Evaluation({"auc": 0.1 + 0.2, "accuracy": 1.0}, "label", 10, (False, True))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_rows_in_any_form_give_the_same_bytes(form: str, tmp_path: Path) -> None:
    find("pyarrow.lib.Table").save(TABLE, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    find(form).save(FORMS[form](), other)
    assert (other / FILE_NAME).read_bytes() == (tmp_path / FILE_NAME).read_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_table_keeps_its_columns(form: str, tmp_path: Path) -> None:
    find("pyarrow.lib.Table").save(TABLE.slice(0, 0), tmp_path)
    loaded = as_arrow(find(form).load(tmp_path))
    assert (loaded.num_rows, loaded.schema.names) == (0, TABLE.schema.names)


def test_the_names_are_those_that_the_libraries_use() -> None:
    for form, make in FORMS.items():
        assert form in {f"{cls.__module__}.{cls.__qualname__}" for cls in type(make()).__mro__}


def test_an_unnamed_range_index_is_dropped_and_any_other_becomes_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    named = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    levels = named.set_index("a", append=True).assign(b=1.0).rename_axis([None, None])
    for expected, given in ((["a"], frame), (["key", "a"], named), (["level_0", "level_1", "b"], levels)):
        find("pandas.DataFrame").save(given, tmp_path)
        assert Dataset(tmp_path).schema.names == expected


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (pd.DataFrame({"a": [1, "x"]}), "a"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "a"),
        (pd.DataFrame({("a", "b"): [1]}), "column label"),
        (pd.DataFrame({"a": [1]}, index=pd.Index([5], name="a")), "index"),
        (pd.DataFrame(), "no columns"),
    ],
)
def test_frames_that_are_no_table(frame: pd.DataFrame, what: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=what):
        find("pandas.DataFrame").save(frame, tmp_path)


def test_integer_labels_become_text(tmp_path: Path) -> None:
    find("pandas.DataFrame").save(pd.DataFrame([[1, 2]]), tmp_path)
    assert Dataset(tmp_path).schema.names == ["0", "1"]
