from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from penstock import stages
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.schema import Schema


def rows(folder: Path) -> Dataset:
    pq.write_table(
        pa.table({"fare": [1.0, 2.0, None], "kind": ["a", "b", "a"], "w": [1.0, 2.0, 1.0]}), folder / "a.parquet"
    )
    return Dataset(folder / "a.parquet")


def test_statistics_of_all_rows_and_of_slices(tmp_path: Path) -> None:
    found = stages.describe(rows(tmp_path), slices=["kind"], cross=[["fare", "w"]])
    assert found.num_examples == 3
    assert [dataset.name for dataset in found.message.datasets][1:] == ["kind=a", "kind=b"]
    assert found.dataset.cross_features[0].count == 2


def test_weights(tmp_path: Path) -> None:
    assert stages.describe(rows(tmp_path), weight="w").dataset.weighted_num_examples == 4


def test_a_schema_is_inferred_from_statistics(tmp_path: Path) -> None:
    schema = stages.infer_schema(stages.describe(rows(tmp_path)))
    assert isinstance(schema, Schema)
    assert {feature.name for feature in schema} == {"fare", "kind", "w"}
    bounded = stages.infer_schema(stages.describe(rows(tmp_path)), numeric_bounds=True)
    assert bounded.feature("fare").float_domain.max == 2
