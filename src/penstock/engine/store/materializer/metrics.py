"""Metrics as ``metrics.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from penstock.core.canonical import canonical_json
from penstock.core.error import DataError
from penstock.core.value import Metrics

_FILE = "metrics.json"


class MetricsMaterializer:
    """`Materializer` of `Metrics`: canonical JSON, NaN allowed; NumPy scalars become plain ones."""

    kind: ClassVar[str] = "Metrics"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Mapping[str, Any], folder: Path) -> None:
        """Write ``metrics.json``.

        Raises
        ------
        DataError
            If a name is no text, or a figure is neither number, text nor truth value.
        """
        plain = {_name(name): _figure(name, figure) for name, figure in value.items()}
        (folder / _FILE).write_bytes(canonical_json(plain).encode())

    def load(self, folder: Path) -> Metrics:
        """The figures."""
        return Metrics(json.loads((folder / _FILE).read_bytes()))


def _name(name: object) -> str:
    if isinstance(name, str):
        return name
    raise DataError(f"the name of a metric is {name!r}, not text", where="Metrics", fix="name every metric by a str")


def _figure(name: str, figure: Any) -> float | int | str | bool:
    plain = figure.item() if hasattr(figure, "item") and getattr(figure, "ndim", 0) == 0 else figure
    if isinstance(plain, bool | int | float | str):
        return plain
    raise DataError(
        f"metric '{name}' is of type {type(figure).__name__}",
        where="Metrics",
        fix="give a number, a text or a truth value; keep tables in a Dataset and curves in log_metrics",
    )


materializer = MetricsMaterializer()
