"""Checks that people write in SQL, and how they and severities ride along in TensorFlow Metadata's annotations.

TensorFlow Metadata has no field for either. A check becomes a comment of the schema's annotation (``penstock.check:``
and its JSON), a severity becomes a tag of the feature's (``penstock.severity=WARNING``). So both survive every format
and every tool that keeps annotations, and a tool that knows nothing of them reads a comment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from penstock.core.canonical import canonical_json
from penstock.core.error import DataError
from penstock.ml.data.metadata.schema import Annotation

CheckSeverity = Literal["WARNING", "ERROR"]
SEVERITIES: tuple[CheckSeverity, ...] = ("WARNING", "ERROR")

_CHECK = "penstock.check: "
_SEVERITY = "penstock.severity="


@dataclass(frozen=True, slots=True)
class Check:
    """A check of the rows that is written in SQL (DuckDB's).

    Parameters
    ----------
    name : str
        Unique in the schema.
    sql : str
        Either an expression over the columns of one row that must be true (neither false nor null), or a ``SELECT``
        over the table ``this`` that gives the offending rows.
    message : str
        What to tell people when it fails; empty for a message made of the name and the SQL.
    severity : str
        ``ERROR`` or ``WARNING``.
    features : tuple of str
        Paths of the features it is about, for the report.

    Raises
    ------
    DataError
        If the name or the SQL is empty, or the severity unknown.
    """

    name: str
    sql: str
    message: str = ""
    severity: CheckSeverity = "ERROR"
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.sql.strip():
            raise DataError(
                "a check lacks its name or its sql", where=f"check {self.name!r}", fix="give both, neither empty"
            )
        if self.severity not in SEVERITIES:
            raise DataError(
                f"a check has the severity {self.severity!r}",
                where=f"check {self.name!r}",
                fix="write error or warning",
            )


def split_checks(annotation: Annotation | None) -> tuple[tuple[Check, ...], Annotation | None]:
    """The checks at the end of an annotation's comments, and the annotation without them; None for an empty one."""
    if annotation is None:
        return (), None
    comments = list(annotation.comment)
    checks: list[Check] = []
    names: set[str] = set()
    while comments and (check := _decode(comments[-1])) is not None and check.name not in names:
        checks.append(check)
        names.add(check.name)
        comments.pop()
    if not checks:
        return (), annotation
    rest = Annotation(tag=annotation.tag, comment=tuple(comments), extra_metadata=annotation.extra_metadata)
    return tuple(reversed(checks)), None if rest == Annotation() else rest


def join_checks(annotation: Annotation | None, checks: tuple[Check, ...]) -> Annotation | None:
    """An annotation with checks after its other comments."""
    if not checks:
        return annotation
    base = annotation or Annotation()
    comments = (*base.comment, *(_encode(check) for check in checks))
    return Annotation(tag=base.tag, comment=comments, extra_metadata=base.extra_metadata)


def split_severity(annotation: Annotation | None) -> tuple[CheckSeverity | None, Annotation | None]:
    """The severity that the last tag of an annotation states, and the annotation without it."""
    tags = annotation.tag if annotation is not None else ()
    for severity in SEVERITIES:
        if annotation is not None and tags and tags[-1] == _SEVERITY + severity:
            rest = Annotation(tag=tags[:-1], comment=annotation.comment, extra_metadata=annotation.extra_metadata)
            return severity, None if rest == Annotation() else rest
    return None, annotation


def join_severity(annotation: Annotation | None, severity: CheckSeverity | None) -> Annotation | None:
    """An annotation with a severity as its last tag."""
    if severity is None:
        return annotation
    base = annotation or Annotation()
    return Annotation(tag=(*base.tag, _SEVERITY + severity), comment=base.comment, extra_metadata=base.extra_metadata)


def _encode(check: Check) -> str:
    value: dict[str, Any] = {"name": check.name, "sql": check.sql}
    if check.message:
        value["message"] = check.message
    if check.severity != "ERROR":
        value["severity"] = check.severity
    if check.features:
        value["features"] = list(check.features)
    return _CHECK + canonical_json(value)


def _decode(comment: str) -> Check | None:
    """The check of a comment; None unless the comment is exactly what the check would be written as."""
    if not comment.startswith(_CHECK):
        return None
    try:
        value = json.loads(comment.removeprefix(_CHECK))
        check = Check(**{**value, "features": tuple(value.get("features", ()))})
        return check if _encode(check) == comment else None
    except (ValueError, TypeError, AttributeError):
        return None
