"""The findings of a search for leakage, as a value: listed, saved, and held against a limit."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from penstock.core.error import DataError, UsageError
from penstock.ml.data import json_file

if TYPE_CHECKING:
    from penstock.ml.report import Page

FILE_NAME = "leakage.json"
"""Name inside of an artifact."""

_WHAT, _FIX = "the report of leakage", "give what `save` or `to_json` wrote"

ALL_COLUMNS = "*"
"""Feature of a finding about whole rows."""

Kind = Literal[
    "label_source",
    "label_copy",
    "predictor",
    "implied_class",
    "missingness",
    "future_value",
    "duplicate_rows",
    "contradictory_rows",
    "near_duplicate_rows",
    "near_duplicate_images",
    "shared_group",
    "new_values",
    "split_missingness",
    "split_shift",
    "identifier",
    "constant",
]
"""What a finding can be; of equal strength the earlier comes first."""

KINDS: tuple[str, ...] = get_args(Kind)

CERTAIN, LIKELY = 0.9, 0.5
"""Strengths from which a finding is as good as certain, and from which it is likely."""


@dataclass(frozen=True)
class Finding:
    """One way in which the data may give away what a model should not know.

    It is evidence of a strength; findings of `anomalies` break a schema, those of `drift` are about two data sets that
    should be alike.

    Parameters
    ----------
    feature : str
        Name of the column; ``*`` for whole rows.
    kind : str
        One of `KINDS`.
    strength : float
        How strong the evidence is, from 0 to 1: from `CERTAIN` on as good as certain, from `LIKELY` on likely, below
        that worth a look.
    why : str
        The evidence, with numbers.
    fix : str
        What to do about it.
    details : mapping of str to JSON value
        The numbers behind it.
    """

    feature: str
    kind: Kind
    strength: float
    why: str
    fix: str
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Leakage:
    """What a search for leakage found.

    Parameters
    ----------
    findings : sequence of Finding
        In any order; kept with the strongest first.
    label : str
        Column or expression that the search was about; empty for none.
    num_rows : int
        Rows that were searched.
    splits : mapping of str to int
        Rows of each split; empty without splits.
    """

    findings: Sequence[Finding]
    label: str = ""
    num_rows: int = 0
    splits: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        def order(finding: Finding) -> tuple[float, int, str]:
            return -finding.strength, KINDS.index(finding.kind), finding.feature

        object.__setattr__(self, "findings", tuple(sorted(self.findings, key=order)))

    @property
    def is_ok(self) -> bool:
        """Whether no leakage is likely: every finding is weaker than `LIKELY`. `at_least` asks for another strength."""
        return not self.at_least(LIKELY)

    def at_least(self, strength: float) -> tuple[Finding, ...]:
        """The findings of this strength or more."""
        if not 0 <= strength <= 1:
            raise UsageError(f"strength {strength}", where="leakage", fix="give a number from 0 to 1")
        return tuple(finding for finding in self.findings if finding.strength >= strength)

    def raise_if(self, strength: float = CERTAIN) -> None:
        """Stop where a finding is this strong.

        Raises
        ------
        DataError
            That lists them.
        """
        found = self.at_least(strength)
        if found:
            raise DataError(
                "leakage: " + "; ".join(f"{one.feature} ({one.kind}, {one.strength:.2f}): {one.why}" for one in found),
                where=f"label '{self.label}'" if self.label else "leakage",
                fix="; ".join(dict.fromkeys(one.fix for one in found)),
            )

    def to_json(self) -> dict[str, Any]:
        """JSON form; `from_json` reads it back."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "label": self.label,
            "num_rows": self.num_rows,
            "splits": dict(self.splits),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, where: str = "leakage") -> Leakage:
        """Read what `to_json` wrote.

        Raises
        ------
        DataError
            If it is something else.
        """
        try:
            findings = [Finding(**finding) for finding in data["findings"]]
            is_valid = all(one.kind in KINDS and math.isfinite(one.strength) for one in findings)
            found = cls(findings, data["label"], data["num_rows"], data["splits"]) if is_valid else None
        except (KeyError, TypeError) as error:
            raise _no_report(str(error), where) from error
        if found is None:
            raise _no_report("a finding of unknown kind, or without strength", where)
        return found

    def save(self, path: Path | str) -> None:
        """Write the JSON form into a file; the same findings give the same bytes.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        json_file.write_json(path, self.to_json(), _WHAT)

    @classmethod
    def load(cls, path: Path | str) -> Leakage:
        """Read a file that `save` wrote, or the folder of an artifact.

        Raises
        ------
        DataError
            If there is none, or it holds something else.
        """
        place = json_file.place_of(path, FILE_NAME)
        content = json_file.read_file(place, _WHAT, fix=_FIX)
        try:
            plain = json.loads(content)
        except ValueError as error:
            raise DataError(f"no report of leakage, as it is no JSON: {error}", where=str(place), fix=_FIX) from error
        return cls.from_json(plain, where=str(place))

    def __repr__(self) -> str:
        about = f" of label '{self.label}'" if self.label else ""
        head = f"Leakage{about} in {self.num_rows} rows: {len(self.findings)} findings"
        width = max((len(one.feature) for one in self.findings), default=0)
        lines = [f"{one.strength:5.2f}  {one.kind:<21}  {one.feature:<{width}}  {one.why}" for one in self.findings]
        return "\n".join([head, *lines])

    def page(self, *, title: str = "Leakage") -> Page:
        """A report, the strongest finding first; `penstock.ml.report.render` makes the HTML."""
        from penstock.ml.data.leakage.leakage_page import leakage_page

        return leakage_page(self, title)

    def _repr_html_(self) -> str:
        from penstock.ml.report import frame

        return frame(self.page())


def _no_report(why: str, where: str) -> DataError:
    return DataError(f"this is no report of leakage: {why}", where=where, fix=_FIX)
