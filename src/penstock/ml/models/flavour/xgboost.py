"""XGBoost boosters as UBJSON files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import ModelError
from penstock.core.plugin import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from penstock.ml.models.signature import Signature

FILE_NAME = "model.ubj"


def save(native: Any, folder: Path) -> None:
    """Write the booster."""
    (folder / FILE_NAME).write_bytes(bytes(native.save_raw("ubj")))


def load(folder: Path, *, trust: bool) -> Any:
    """Read the booster; the format holds no code, so ``trust`` does not matter.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    xgboost = require("xgboost", extra="xgboost", where="a model of flavour 'xgboost'")
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray((folder / FILE_NAME).read_bytes()))
    except (xgboost.core.XGBoostError, FileNotFoundError) as error:
        raise ModelError(
            f"the XGBoost model cannot be read: {str(error).strip().splitlines()[-1]}",
            where=str(folder / FILE_NAME),
            fix="train the model again, or fetch it anew",
        ) from error
    return booster


def untrusted_types(native: Any) -> list[str]:
    """None: the format holds no code."""
    del native
    return []


def predict_proba(native: Any, signature: Signature, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the classes; of two, XGBoost gives the second one's only."""
    import numpy as np

    answer = native.predict(as_matrix(matrix, signature)).astype(np.float64)
    return np.column_stack([1.0 - answer, answer]) if answer.ndim == 1 else answer


def as_matrix(matrix: NDArray[np.float64], signature: Signature, **options: Any) -> Any:
    """Encoded rows as XGBoost wants them, codes of categories marked as such."""
    xgboost = require("xgboost", extra="xgboost", where="a model of flavour 'xgboost'")
    kinds = ["c" if is_category else "q" for is_category in signature.is_category()]
    return xgboost.DMatrix(matrix, feature_types=kinds, enable_categorical=True, **options)
