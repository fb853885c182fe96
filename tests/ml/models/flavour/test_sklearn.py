from __future__ import annotations

from pathlib import Path

import pytest

from penstock.ml.models import Model
from penstock.ml.training.sklearn import trainer
from penstock.testing.trainer_contract import examples


@pytest.mark.filterwarnings("ignore:.*:sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "estimator",
    [
        "calibration.CalibratedClassifierCV",
        "ensemble.ExtraTreesClassifier",
        "ensemble.GradientBoostingClassifier",
        "ensemble.HistGradientBoostingClassifier",
        "ensemble.RandomForestClassifier",
        "linear_model.LogisticRegression",
        "naive_bayes.GaussianNB",
        "neighbors.KNeighborsClassifier",
        "gaussian_process.GaussianProcessClassifier",
        "neural_network.MLPClassifier",
        "tree.DecisionTreeClassifier",
    ],
)
def test_scikit_learns_own_estimators_need_no_trust(estimator: str, tmp_path: Path) -> None:
    table = examples(["a", "b", "c"])
    model = trainer.fit(
        table, label="label", features=["number", "text", "flag"], params={"estimator": f"sklearn.{estimator}"}
    )
    model.save(tmp_path)
    assert (Model.load(tmp_path).predict_proba(table) == model.predict_proba(table)).all()
