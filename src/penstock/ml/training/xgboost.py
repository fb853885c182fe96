"""XGBoost classifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, ClassVar

from penstock.core.error import DataError
from penstock.core.plugin import require
from penstock.ml.models.flavour.xgboost import as_matrix
from penstock.ml.models.model import Model
from penstock.ml.training.examples import Examples, read_examples
from penstock.ml.training.requirement import pinned

ROUNDS = "num_boost_round"
THREADS = "nthread"
DEFAULTS = {ROUNDS: 200, "learning_rate": 0.05, "max_depth": 5, "tree_method": "hist", THREADS: 1}


class XGBoostTrainer:
    """Fits gradient-boosted trees with XGBoost's own treatment of categories and missing values.

    With the same number of threads (one, unless ``params`` says otherwise) the same data give the same bits.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"classification", "deterministic", "multiclass"})

    def fit(
        self,
        train: Any,
        *,
        label: str,
        features: Sequence[str],
        seed: int = 0,
        params: Mapping[str, Any] | None = None,
    ) -> Model:
        """Fit a classifier.

        Parameters
        ----------
        train : anything with ``__arrow_c_stream__``
        label : str
        features : sequence of str
        seed : int
        params : mapping
            Parameters of ``xgboost.train``, and ``num_boost_round``. Defaults: 200 rounds, learning rate 0.05,
            depth 5, histograms, one thread.

        Raises
        ------
        DataError
            If the data cannot be learned from (`read_examples`), or XGBoost refuses a parameter.
        MissingDependencyError
            If XGBoost is not installed.
        """
        xgboost = require("xgboost", extra="xgboost", where="trainer 'xgboost'")
        examples = read_examples(train, label=label, features=features)
        settings = {**DEFAULTS, **_objective(examples), "seed": seed, **dict(params or {})}
        rounds = _whole(ROUNDS, settings.pop(ROUNDS), least=1)
        threads = _whole(THREADS, settings[THREADS], least=-1)
        matrix = as_matrix(examples.X, examples.signature, label=examples.y, nthread=threads)
        try:
            booster = xgboost.train(settings, matrix, num_boost_round=rounds)
        except xgboost.core.XGBoostError as error:
            raise DataError(
                f"XGBoost refuses the data or a parameter: {_message(error)}",
                where="trainer 'xgboost'",
                fix="correct `params`, or choose other features",
            ) from error
        requirements = pinned("xgboost", "xgboost-cpu", "numpy")
        return Model("xgboost", examples.signature, examples.class_names, requirements, booster)


def _objective(examples: Examples) -> dict[str, Any]:
    if len(examples.class_names) == 2:
        return {"objective": "binary:logistic"}
    return {"objective": "multi:softprob", "num_class": len(examples.class_names)}


def _whole(name: str, value: Any, *, least: int) -> int:
    """A parameter that XGBoost itself does not check."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise DataError(
            f"parameter '{name}' is {value!r}, which is no whole number from {least} on",
            where="trainer 'xgboost'",
            fix=f"correct `params`; by default {name} is {DEFAULTS[name]}",
        )
    return int(value)


def _message(error: Exception) -> str:
    """The first line that says something; the rest is XGBoost's own call stack."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line.rpartition(": ")[2] for line in lines if "rror" in line or "nvalid" in line), lines[0])


trainer = XGBoostTrainer()
