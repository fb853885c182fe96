"""The rule of a split by its name, from plain values as pipelines and command lines give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from penstock.core.error import DataError, UsageError, closest
from penstock.ml.data.split.by_class import StratifiedSplit
from penstock.ml.data.split.by_column import ColumnSplit
from penstock.ml.data.split.by_hash import HashSplit
from penstock.ml.data.split.by_tfx import TfxSplit
from penstock.ml.data.split.by_time import TimeSplit
from penstock.ml.data.split.splitter import Splitter


@dataclass(frozen=True, slots=True)
class SplitRule:
    """What divides rows, in plain values.

    Parameters
    ----------
    by : str
        ``hash``, ``tfx``, ``time``, ``stratify`` or ``column``.
    fractions : mapping of str to float
        Parts by name of the split, in their order; for ``tfx`` numbers of buckets, for ``column`` only names count.
    key : str or sequence of str
        Column that decides; several for ``hash`` and ``stratify``.
    boundaries : mapping of str to str or float
        By time: where each split but the first begins.
    gap : float
        By time: what to leave out before a boundary.
    """

    by: str
    fractions: Mapping[str, float]
    key: str | Sequence[str] = ""
    boundaries: Mapping[str, str | float] = field(default_factory=dict)
    gap: float = 0

    def splitter(self) -> Splitter:
        """The rule itself.

        Raises
        ------
        UsageError
            If there is no such rule.
        DataError
            If the values do not fit the rule.
        """
        if self.by not in RULES:
            raise UsageError(f"no rule '{self.by}'; {closest(self.by, RULES)}", where="split", fix="name a known rule")
        if self.by != "time" and (self.boundaries or self.gap):
            raise DataError(
                f"boundaries and gap mean nothing to a split by {self.by}",
                where="split",
                fix='leave them out, or split by="time"',
            )
        return RULES[self.by](self)

    def column(self) -> str:
        """The one column that decides.

        Raises
        ------
        DataError
            If several are named.
        """
        if isinstance(self.key, str):
            return self.key
        if len(self.key) > 1:
            raise DataError(
                f"a split by {self.by} takes one column, not {len(self.key)}", where="split", fix="name one: key='...'"
            )
        return self.key[0] if self.key else ""


def _by_time(rule: SplitRule) -> Splitter:
    if rule.boundaries:
        first = next((name for name in rule.fractions if name not in rule.boundaries), "train")
        return TimeSplit(rule.column(), boundaries=rule.boundaries, first=first, gap=rule.gap)
    return TimeSplit(rule.column(), rule.fractions, gap=rule.gap)


RULES: Mapping[str, Callable[[SplitRule], Splitter]] = {
    "hash": lambda rule: HashSplit(rule.fractions, rule.key),
    "tfx": lambda rule: TfxSplit(rule.column(), rule.fractions),
    "time": _by_time,
    "stratify": lambda rule: StratifiedSplit(rule.fractions, rule.key),
    "column": lambda rule: ColumnSplit(rule.column(), list(rule.fractions)),
}
"""Every rule by its name."""
