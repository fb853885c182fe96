"""scikit-learn classifiers."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.core.error import DataError, ModelError
from penstock.core.plugin import require
from penstock.ml.models.model import Model, check_trusted
from penstock.ml.training.examples import read_examples
from penstock.ml.training.requirement import pinned

if TYPE_CHECKING:
    from penstock.ml.models.signature import Signature

ESTIMATOR = "estimator"
DEFAULT_ESTIMATOR = "sklearn.ensemble.HistGradientBoostingClassifier"
EXTRA = "sklearn"


class SklearnTrainer:
    """Fits any of scikit-learn's own classifiers, in one thread, so that the same data give the same bits."""

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

        Histogram gradient boosting reads codes of categories and missing values as they are. For any other
        estimator numbers are imputed by their median and standardised, and categories become one column each.

        Parameters
        ----------
        train : anything with ``__arrow_c_stream__``
        label : str
        features : sequence of str
        seed : int
            ``random_state`` of the estimator, if it has one.
        params : mapping
            ``estimator`` (dotted path; histogram gradient boosting by default) and its arguments.

        Raises
        ------
        DataError
            If the data cannot be learned from (`read_examples`), or the estimator refuses them.
        ModelError
            If there is no such estimator, it takes no such argument, or gives no probabilities.
        UntrustedError
            If it is not made of scikit-learn's own types, so that no other step could load the model.
        MissingDependencyError
            If scikit-learn is not installed.
        """
        require("sklearn", extra=EXTRA, where="trainer 'sklearn'")
        threadpoolctl = require("threadpoolctl", extra=EXTRA, where="trainer 'sklearn'")
        arguments = dict(params or {})
        path = str(arguments.pop(ESTIMATOR, DEFAULT_ESTIMATOR))
        estimator = _estimator(path, arguments, seed)
        check_trusted("sklearn", estimator, where=f"trainer 'sklearn', {path}")
        examples = read_examples(train, label=label, features=features)
        native = _with_preprocessing(estimator, examples.signature)
        try:
            with threadpoolctl.threadpool_limits(1):
                native.fit(examples.X, examples.y)
        except (ValueError, TypeError) as error:
            raise DataError(
                f"the estimator refuses the data or its arguments: {str(error).splitlines()[0]}",
                where=f"trainer 'sklearn', {path}",
                fix="correct `params`, or choose other features",
            ) from error
        requirements = pinned("scikit-learn", "skops", "numpy", "scipy")
        return Model("sklearn", examples.signature, examples.class_names, requirements, native)


def _estimator(path: str, arguments: dict[str, Any], seed: int) -> Any:
    where = f"trainer 'sklearn', {path}"
    module, _, name = path.rpartition(".")
    try:
        cls = getattr(importlib.import_module(module), name)
        estimator = cls(**arguments)
        settings = estimator.get_params(deep=False)
    except (ImportError, AttributeError, ValueError) as error:
        raise ModelError(
            f"there is no estimator '{path}': {error}",
            where=where,
            fix="give the dotted path of a classifier, for instance sklearn.linear_model.LogisticRegression",
        ) from error
    except TypeError as error:
        raise ModelError(str(error), where=where, fix="leave that argument out of `params`") from error
    if not hasattr(estimator, "predict_proba"):
        raise ModelError(
            "it gives no probabilities", where=where, fix="choose a classifier with predict_proba, or set probability"
        )
    if "random_state" in settings and "random_state" not in arguments:
        estimator.set_params(random_state=seed)
    return estimator


def _with_preprocessing(estimator: Any, signature: Signature) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    categories = [index for index, is_category in enumerate(signature.is_category()) if is_category]
    if isinstance(estimator, HistGradientBoostingClassifier):
        return estimator.set_params(categorical_features=categories)

    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [index for index in range(len(signature.features)) if index not in categories]
    impute = SimpleImputer(strategy="median", keep_empty_features=True)
    prepare = ColumnTransformer(
        [
            ("numbers", Pipeline([("impute", impute), ("scale", StandardScaler())]), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
        ]
    )
    return Pipeline([("prepare", prepare), ("estimator", estimator)])


trainer = SklearnTrainer()
