from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from sklearn.linear_model import LogisticRegression

from penstock.core.error import DataError, ModelError, UntrustedError
from penstock.ml.training.sklearn import trainer
from penstock.testing.trainer_contract import examples


def fit(**params: Any) -> Any:
    return trainer.fit(examples([False, True]), label="label", features=["number", "text", "flag"], params=params)


def test_seed_reaches_the_estimator() -> None:
    table = examples([False, True])
    forest = {"estimator": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 5}
    fits = [
        trainer.fit(table, label="label", features=["number", "text"], seed=seed, params=forest).predict_proba(table)
        for seed in (0, 0, 1)
    ]
    assert (fits[0] == fits[1]).all()
    assert (fits[0] != fits[2]).any()


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ({"estimator": "sklearn.linear_model.LogisticRegresion"}, "no estimator"),
        ({"estimator": "sklern.linear_model.LogisticRegression"}, "no estimator"),
        ({"estimator": "LogisticRegression"}, "no estimator"),
        ({"estimator": "sklearn.svm.LinearSVC"}, "gives no probabilities"),
        ({"depth": 3}, "depth"),
    ],
)
def test_estimators_that_do_not_exist_or_fit(params: dict[str, Any], what: str) -> None:
    with pytest.raises(ModelError, match=what):
        fit(**params)


class Foreign(LogisticRegression):  # type: ignore[misc]
    """An estimator of somebody else."""

    def fit(self, X: Any, y: Any) -> None:
        raise AssertionError("it is refused before it is fitted")


def test_a_foreign_estimator_is_refused_before_it_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("foreign_estimators")
    module.Foreign = Foreign  # type: ignore[attr-defined]
    monkeypatch.setattr(Foreign, "__module__", module.__name__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(UntrustedError, match=r"run foreign_estimators\.Foreign") as caught:
        fit(estimator="foreign_estimators.Foreign")
    assert "trust=True" in caught.value.fix


def test_an_argument_of_a_wrong_value() -> None:
    with pytest.raises(DataError, match="learning_rate"):
        fit(learning_rate=-1)
