"""Anomalies as lines for a terminal: what is wrong, in which rows, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from penstock.apps.cli.data.safe_text import listed, safe_text, wrapped
from penstock.apps.cli.format import json_text, many
from penstock.apps.cli.terminal import Painter, width
from penstock.ml.data.anomalies.fix import RELAX

if TYPE_CHECKING:
    from penstock.ml.data.anomalies.anomalies import Anomalies
    from penstock.ml.data.anomalies.finding import Finding


_NAMED = 5
_RELAX = f": {RELAX} "


def anomaly_lines(found: Anomalies, painter: Painter, *, source: str, schema: str) -> Iterable[str]:
    """A block per finding, the command that accepts them all, and a count.

    Parameters
    ----------
    found : Anomalies
    painter : Painter
    source, schema : str
        What was checked, and against what.
    """
    # Several features of which the same is to be said share one block.
    blocks: dict[tuple[str, ...], list[Finding]] = {}
    for finding in found.findings:
        own = (finding.feature, finding.sql) if finding.rows or finding.sql else ("", "")
        said = finding.severity, finding.type, finding.short, finding.description, finding.note, *own
        blocks.setdefault(said, []).append(finding)
    for findings in blocks.values():
        yield from _block(findings, painter)
        yield ""
    if any(finding.sql for finding in found.findings):
        yield painter.dim("rows are counted from 0; the SQL that finds all of them: --json")
    names = dict.fromkeys(finding.feature for finding in found.findings if _RELAX in finding.fix)
    if names:
        relax = "all" if len(names) > _NAMED else " --relax ".join(map(shlex.quote, names))
        command = f"penstock data schema {shlex.quote(source)} --schema {shlex.quote(schema)} --relax {relax}"
        yield painter.dim(f"to relax the schema: {command} -o {shlex.quote(schema)}")
    yield _count(found, painter)


def _count(found: Anomalies, painter: Painter) -> str:
    sizes = ((len(found.errors), "error"), (len(found.warnings), "warning"))
    if not any(size for size, _ in sizes):
        return painter.paint("the data fits its schema", "green")
    features = len({finding.feature for finding in found.findings if finding.feature})
    text = ", ".join(many(size, noun) for size, noun in sizes if size)
    return f"{text} in {many(features, 'feature')}" if features else text


def _block(findings: Sequence[Finding], painter: Painter) -> Iterable[str]:
    finding = findings[0]
    label = painter.red("error") if finding.severity == "ERROR" else painter.paint("warning", "yellow")
    names = listed([one.feature for one in findings], painter, indent="  ") if finding.feature else "data set"
    yield f"{label}  {names}  {finding.short}  {painter.dim(finding.type)}"
    yield from wrapped(safe_text(finding.description, is_unicode=painter.is_unicode), width(), indent="  ")
    if finding.note:
        yield from wrapped(safe_text(finding.note, is_unicode=painter.is_unicode), width(), indent="  ")
    for row in finding.rows:
        value = _value(row.value, painter)
        yield f"  {value}" if row.row is None else f"  row {row.row:,}: {value}"
    if finding.num_rows is not None and finding.num_rows > len(finding.rows):
        yield painter.dim(f"  {finding.num_rows - len(finding.rows):,} more rows")
    if finding.fix:
        # How to relax the schema is said once, at the end.
        yield f"  {painter.dim('fix')}  {finding.fix.partition(_RELAX)[0]}"


def _value(value: Any, painter: Painter) -> str:
    """A cell as it is, so that a blank or a control character in it is seen."""
    text = value if isinstance(value, str) else json_text(value, limit=0)
    return safe_text(text, limit=width() - 16, is_unicode=painter.is_unicode)
