"""The result of a validation: what is wrong with a data set, how grave it is, and in which rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, NotFoundError, closest
from penstock.ml.data import json_file
from penstock.ml.data.anomalies.finding import Finding
from penstock.ml.data.anomalies.finding_text import as_text, summary

if TYPE_CHECKING:
    from penstock.ml.data.metadata.anomalies import AnomaliesMessage
    from penstock.ml.data.metadata.anomaly_type import AnomalyType
    from penstock.ml.data.statistics.statistics import Statistics
    from penstock.ml.report import Page

# The stages name this class, and what names stages should start fast: records are imported where they are used.

FILE_NAME = "anomalies.json"
"""What an Anomalies artifact is read from."""

WORST = 5
"""Findings that an error tells."""

_COUNTED = ("errors", "warnings")


class Anomalies:
    """What is wrong with a data set.

    Parameters
    ----------
    message : AnomaliesMessage
        TensorFlow Metadata's view: one entry per feature, and every comparison with other statistics.
    findings : tuple of Finding
        One per reason, with the rows; the errors first.

    Notes
    -----
    The file is TensorFlow Metadata's JSON with one field more, ``findings``.
    """

    def __init__(self, message: AnomaliesMessage, findings: tuple[Finding, ...]) -> None:
        self.message = message
        self.findings = tuple(sorted(findings, key=lambda finding: finding.severity != "ERROR"))

    @classmethod
    def of(cls, message: AnomaliesMessage) -> Anomalies:
        """From TensorFlow Metadata's message alone; findings have no rows then."""
        from penstock.ml.data.anomalies.message import from_message

        return cls(message, from_message(message))

    @property
    def is_ok(self) -> bool:
        """Whether there is no error; there may be warnings."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that should stop a pipeline."""
        return tuple(finding for finding in self.findings if finding.severity == "ERROR")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that should not."""
        return tuple(finding for finding in self.findings if finding.severity != "ERROR")

    @cached_property
    def types(self) -> Mapping[str, AnomalyType]:
        """Type by feature; ``MULTIPLE_REASONS`` where there are several."""
        found: dict[str, AnomalyType] = {}
        for finding in self.findings:
            found[finding.feature] = "MULTIPLE_REASONS" if finding.feature in found else finding.type
        return found

    def raise_if(self, severity: str = "error") -> None:
        """Stop if something is wrong.

        Parameters
        ----------
        severity : str
            ``error``: if there are errors; ``warning``: if there are findings of any kind.

        Raises
        ------
        DataError
            With the worst findings, their rows, and what can be done.
        """
        if severity.lower() not in ("error", "warning"):
            raise DataError(f"there is no severity {severity!r}", where="raise_if()", fix="say error or warning")
        found = self.findings if severity.lower() == "warning" else self.errors
        if not found:
            return
        told = [summary(finding) for finding in found[:WORST]]
        if len(found) > WORST:
            told.append(f"and {len(found) - WORST} more")
        fixes = list(dict.fromkeys(finding.fix for finding in found[:WORST] if finding.fix))
        raise DataError(
            f"the data do not match the schema in {len(found)} point{'s' * (len(found) > 1)}:\n    "
            + "\n    ".join(told),
            where="validation of the data",
            fix="; ".join(fixes),
        )

    def to_json(self) -> dict[str, Any]:
        """TensorFlow Metadata's JSON, and ``findings``."""
        from penstock.ml.data.metadata import message as metadata

        found: dict[str, Any] = metadata.to_json(self.message)
        return {**found, "findings": [metadata.to_json(finding) for finding in self.findings]}

    @classmethod
    def from_bytes(cls, data: str | bytes, *, where: str = "anomalies") -> Anomalies:
        """As `load`, from the file's content: the JSON of `to_json`, or of TensorFlow Metadata's message.

        Raises
        ------
        DataError
            If it is neither.
        """
        from penstock.ml.data.metadata import message as metadata
        from penstock.ml.data.metadata.anomalies import AnomaliesMessage

        message = metadata.decode(data, AnomaliesMessage, where=where)
        found = metadata.decode(data, _Findings, where=where).findings
        return cls.of(message) if found is None else cls(message, found)

    def save(self, path: Path | str) -> None:
        """Write the file; the same anomalies give the same bytes.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        json_file.write_json(path, self.to_json(), "the anomalies")

    @classmethod
    def load(cls, path: Path | str) -> Anomalies:
        """Read the file, or one that TFDV's message was written to as JSON.

        Parameters
        ----------
        path : path
            The file, or the folder of an Anomalies artifact.

        Raises
        ------
        DataError
            If there is no such file, or it is none of these.
        """
        place = json_file.place_of(path, FILE_NAME)
        data = json_file.read_file(place, "the anomalies", fix="give a file that `Anomalies.save` wrote")
        return cls.from_bytes(data, where=str(place))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anomalies) and (self.message, self.findings) == (other.message, other.findings)

    __hash__ = None  # type: ignore[assignment]

    def page(self, statistics: Statistics | None = None, *, title: str = "Validation") -> Page:
        """A report; `penstock.ml.report.render` makes the HTML.

        Parameters
        ----------
        statistics : Statistics, optional
            Those that were validated: then each feature is drawn, with what was found on top.
        title : str
        """
        from penstock.ml.data.anomalies.anomalies_page import anomalies_page

        return anomalies_page(self, None if statistics is None else statistics.dataset, title)

    def __getitem__(self, key: str) -> int:
        """Number of ``errors`` or of ``warnings``, as figures are read: ``anomalies["errors"]``.

        Raises
        ------
        NotFoundError
            If it is another key; also a KeyError.
        """
        if key not in _COUNTED:
            raise NotFoundError(
                f"anomalies have no '{key}'; {closest(key, _COUNTED)}", where="anomalies", fix="read one of these"
            )
        return len(self.errors if key == "errors" else self.warnings)

    def __iter__(self) -> Iterator[str]:
        return iter(_COUNTED)

    def __repr__(self) -> str:
        return as_text(self.findings)

    def _repr_html_(self) -> str:
        from penstock.ml.report import frame

        return frame(self.page())


@dataclass(frozen=True)
class _Findings:
    findings: tuple[Finding, ...] | None = None
