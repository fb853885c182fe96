from __future__ import annotations

from typing import Any, ClassVar

from penstock.testing.trainer_contract import TrainerContract


class TestSklearn(TrainerContract):
    entry_point = "sklearn"
    params: ClassVar[dict[str, Any]] = {"max_iter": 30}


class TestSklearnLogistic(TrainerContract):
    entry_point = "sklearn"
    params: ClassVar[dict[str, Any]] = {"estimator": "sklearn.linear_model.LogisticRegression"}


class TestSklearnForest(TrainerContract):
    entry_point = "sklearn"
    params: ClassVar[dict[str, Any]] = {"estimator": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 10}


class TestXGBoost(TrainerContract):
    entry_point = "xgboost"
    params: ClassVar[dict[str, Any]] = {"num_boost_round": 30, "learning_rate": 0.3}
