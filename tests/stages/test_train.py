from __future__ import annotations

from pathlib import Path

import pytest

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.stages import train
from penstock.testing.trainer_contract import examples


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    write_parquet(examples([False, True]), tmp_path / "a.parquet")
    return Dataset(tmp_path)


@pytest.mark.parametrize("framework", ["sklearn", "xgboost"])
def test_learns_from_all_columns_but_the_label(data: Dataset, framework: str) -> None:
    model = train(data, "label", framework)
    assert model.flavour == framework
    assert [feature.name for feature in model.signature.features] == ["number", "text", "flag"]


def test_features_and_parameters(data: Dataset) -> None:
    model = train(data, "label", "xgboost", features=["flag"], params={"num_boost_round": 3})
    assert [feature.name for feature in model.signature.features] == ["flag"]
    assert model.native.num_boosted_rounds() == 3


def test_an_unknown_framework_or_label(data: Dataset) -> None:
    with pytest.raises(NotFoundError, match="did you mean 'xgboost'"):
        train(data, "label", "xgbost")
    with pytest.raises(DataError, match="did you mean 'label'"):
        train(data, "lable", "xgboost")
