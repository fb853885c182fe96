"""scikit-learn estimators as skops files: no pickle, and no type that is not known to be harmless."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import ModelError, UntrustedError
from penstock.core.plugin import require
from penstock.ml.models.flavour.skops_file import canonical_skops

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from penstock.ml.models.signature import Signature

FILE_NAME = "model.skops"

# Parts of scikit-learn's own estimators that skops leaves to its caller; none of them runs code on loading.
KNOWN_TYPES = frozenset(
    {
        "functools.partial",
        "numpy.dtype",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils.validation.check_array",
    }
)


def save(native: Any, folder: Path) -> None:
    """Write the estimator."""
    skops_io = require("skops.io", extra="sklearn", where="a model of flavour 'sklearn'")
    (folder / FILE_NAME).write_bytes(canonical_skops(skops_io.dumps(native)))


def load(folder: Path, *, trust: bool) -> Any:
    """Read the estimator.

    Raises
    ------
    UntrustedError
        If the file refers to types outside of scikit-learn, unless ``trust`` is true.
    ModelError
        If it is damaged.
    """
    skops_io = require("skops.io", extra="sklearn", where="a model of flavour 'sklearn'")
    path = folder / FILE_NAME
    try:
        foreign = _unknown(skops_io.get_untrusted_types(file=path))
        if foreign and not trust:
            raise UntrustedError(
                f"loading the model would run {', '.join(foreign)}",
                where=str(path),
                fix="load it with trust=True if you know who made it and what these types do",
            )
        return skops_io.load(path, trusted=sorted({*KNOWN_TYPES, *foreign}))
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, UntrustedError):
            raise
        raise ModelError(
            f"the scikit-learn model cannot be read: {error}",
            where=str(path),
            fix="install the versions named in model.json, or train the model again",
        ) from error


def untrusted_types(native: Any) -> list[str]:
    """Types of an estimator, fitted or not, that `load` takes on trust only."""
    skops_io = require("skops.io", extra="sklearn", where="a model of flavour 'sklearn'")
    return _unknown(skops_io.get_untrusted_types(data=skops_io.dumps(native)))


def _unknown(types: Iterable[str]) -> list[str]:
    return [name for name in types if name not in KNOWN_TYPES]


def predict_proba(native: Any, signature: Signature, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the classes; one thread, so that they do not depend on the machine's cores."""
    del signature
    threadpoolctl = require("threadpoolctl", extra="sklearn", where="a model of flavour 'sklearn'")
    with threadpoolctl.threadpool_limits(1):
        answer: NDArray[np.float64] = native.predict_proba(matrix)
    return answer.astype("float64", copy=False)
