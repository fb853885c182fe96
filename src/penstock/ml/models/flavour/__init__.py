"""Turns fitted objects of one framework into files and back, and numbers into probabilities."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from penstock.core.error import ModelError, closest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from penstock.ml.models.signature import Signature

FLAVOURS = ("sklearn", "xgboost")

__all__ = ["FLAVOURS", "Flavour", "load_flavour"]


class Flavour(Protocol):
    """How the fitted objects of one framework are kept and used; each is a module of this room."""

    def save(self, native: Any, folder: Path) -> None:
        """Write canonical files into an empty folder."""

    def load(self, folder: Path, *, trust: bool) -> Any:
        """Read them back, without running foreign code unless ``trust`` is true."""

    def untrusted_types(self, native: Any) -> list[str]:
        """Types that `load` refuses unless ``trust`` is true."""

    def predict_proba(self, native: Any, signature: Signature, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, shape (n_rows, n_classes)."""


def load_flavour(name: str) -> Flavour:
    """The flavour of that name.

    Raises
    ------
    ModelError
        If there is none.
    """
    if name not in FLAVOURS:
        raise ModelError(
            f"no flavour '{name}'; {closest(name, FLAVOURS)}",
            where="model.json",
            fix="install the version of Penstock that wrote the model",
        )
    return cast("Flavour", import_module(f"penstock.ml.models.flavour.{name}"))
