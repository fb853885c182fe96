from __future__ import annotations

from typing import Any

import pytest

from penstock.core.error import DataError
from penstock.ml.training.xgboost import trainer
from penstock.testing.trainer_contract import examples


def test_a_parameter_of_a_wrong_value() -> None:
    with pytest.raises(DataError, match="max_depth") as caught:
        trainer.fit(examples([0, 1]), label="label", features=["number"], params={"max_depth": "deep"})
    assert "\n" not in caught.value.what


@pytest.mark.parametrize("name", ["num_boost_round", "nthread"])
@pytest.mark.parametrize("value", ["abc", 2.5, True, None, -2])
def test_numbers_that_xgboost_does_not_check(name: str, value: Any) -> None:
    with pytest.raises(DataError, match=f"parameter '{name}' is {value!r}"):
        trainer.fit(examples([0, 1]), label="label", features=["number"], params={name: value})


def test_rounds_and_threads_can_be_set() -> None:
    table = examples([0, 1])
    model = trainer.fit(table, label="label", features=["number"], params={"num_boost_round": 3, "nthread": 2})
    assert model.native.num_boosted_rounds() == 3
