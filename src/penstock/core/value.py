"""Small values a step may return whose kind follows from their class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class Metrics(dict[str, "float | int | str | bool"]):
    """Named figures of one step, for instance ``Metrics(auc=0.94)``.

    Inside a pipeline ``metrics["auc"]`` is a scalar output that conditions can use.

    Parameters
    ----------
    values : mapping of str to number, text or bool
        The figures by name.
    more
        Further figures, as keywords.
    """

    def __init__(
        self, values: Mapping[str, float | int | str | bool] = {}, /, **more: float | int | str | bool
    ) -> None:
        super().__init__({**values, **more})


@dataclass(frozen=True, slots=True)
class File:
    """One file or folder as an artifact; its name is kept.

    Parameters
    ----------
    path : Path
        An existing file or folder. It is copied when the step ends.
    """

    path: Path


@dataclass(frozen=True, slots=True)
class Report:
    """A self-contained HTML page.

    Parameters
    ----------
    html : str
        The whole document; it should work offline.
    title : str
        Shown in listings.
    """

    html: str
    title: str = "report"

    def _repr_html_(self) -> str:
        return self.html
