"""What a search for leakage is asked, besides the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from penstock.core.error import UsageError, closest


@dataclass(frozen=True)
class LeakageOptions:
    """Settings of a search for leakage.

    Parameters
    ----------
    keys : sequence of str
        Columns that say whom or what a row is about (patient, customer, machine): they should not be in two splits.
    ids : sequence of str
        Columns known to number the rows: they are not reported as identifiers, and two rows that differ in nothing
        else count as equal.
    images : str
        Column with images: paths, encoded bytes, or perceptual hashes of 16 bytes or 32 hexadecimal digits.
    image_folder : str
        Folder that paths of images begin in.
    ignore : sequence of str
        Columns that are no features.
    max_rows : int
        Rows that features are judged on; of more, a part chosen by a hash of the row. Duplicates, identifiers and
        times are looked for in all.

    Raises
    ------
    UsageError
        If ``max_rows`` is not positive, or names are given as one text.
    """

    keys: Sequence[str] = ()
    ids: Sequence[str] = ()
    images: str = ""
    image_folder: str = ""
    ignore: Sequence[str] = ()
    max_rows: int = 500_000

    def __post_init__(self) -> None:
        if isinstance(self.max_rows, bool) or not isinstance(self.max_rows, int) or self.max_rows < 1:
            raise UsageError(
                f"max_rows is {self.max_rows!r}", where="LeakageOptions", fix="give a whole number of at least 1"
            )
        for item in fields(self):
            if item.name in ("keys", "ids", "ignore") and isinstance(getattr(self, item.name), str):
                raise UsageError(
                    f"{item.name} is one text", where="LeakageOptions", fix=f"give a list: {item.name}=[...]"
                )

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> LeakageOptions:
        """Options from a JSON object.

        Raises
        ------
        UsageError
            If a name is unknown.
        """
        known = [item.name for item in fields(cls)]
        for name in settings:
            if name not in known:
                raise UsageError(
                    f"there is no option '{name}'; {closest(name, known)}",
                    where="LeakageOptions",
                    fix="use one of the known names",
                )
        return cls(**settings)


@dataclass(frozen=True)
class Request:
    """Everything that `find_leakage` was asked."""

    label: str
    splits: str
    time: str
    label_time: str
    options: LeakageOptions

    def named(self) -> list[str]:
        """Every column that is named, whatever for."""
        known = [*self.options.keys, *self.options.ids, *self.options.ignore]
        return [name for name in (*known, self.options.images, self.splits, self.time, self.label_time) if name]

    def not_features(self) -> set[str]:
        """Columns that no model would be given."""
        return {self.splits, self.time, self.label_time, *self.options.ignore}
