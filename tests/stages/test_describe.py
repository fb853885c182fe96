from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock import stages
from penstock.core.error import UsageError
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


def test_every_option_can_be_given(tmp_path: Path) -> None:
    options = {"exact_quantiles": True, "sql_slices": {"dear": "fare > 1"}, "slices": [["kind", "a"]], "top_values": 1}
    found = stages.describe(rows(tmp_path), weight="w", options=options)
    assert [dataset.name for dataset in found.message.datasets][1:] == ["dear", "kind=a"]
    assert found.quantiles["fare"][-1] == 2
    assert found.dataset.weighted_num_examples == 4
    assert len(found.feature("kind").string_stats.top_values) == 1
    with pytest.raises(UsageError, match=r"no option 'exact_quantile'; did you mean 'exact_quantiles'"):
        stages.describe(rows(tmp_path), options={"exact_quantile": True})
    with pytest.raises(UsageError, match="weight is given twice"):
        stages.describe(rows(tmp_path), weight="w", options={"weight": "w"})
