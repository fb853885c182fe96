"""Findings as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.ml.data.anomalies.finding import Finding

SHOWN_ROWS = 3
"""Rows that a line of text tells."""

_HEAD = ("feature", "severity", "type", "rows", "description")
_WIDTH = 100
_ROWS_WIDTH = 60


def summary(finding: Finding) -> str:
    """A finding on one line: feature, type, what is wrong, the first rows."""
    return f"{finding} {_rows_of(finding)}".rstrip()


def told_rows(finding: Finding) -> str:
    """Number of rows and the first of them: ``3: 17 ('$4'), 29 ('$5'), 112 ('$6')``; empty where none are known."""
    if not finding.num_rows:
        return ""
    shown = ", ".join(
        f"{'?' if row.row is None else row.row} ({_short(row.value)})" for row in finding.rows[:SHOWN_ROWS]
    )
    more = ", ..." if finding.num_rows > len(finding.rows[:SHOWN_ROWS]) else ""
    return f"{finding.num_rows}: {shown}{more}" if shown else str(finding.num_rows)


def as_text(findings: Sequence[Finding]) -> str:
    """A table, or a sentence where there is nothing to tell."""
    if not findings:
        return "Anomalies: none"
    lines = [_HEAD, *map(_cells, findings)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD) - 1)]
    texts = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in lines
    ]
    return "\n".join([f"Anomalies: {len(findings)}", *texts])


def _cells(finding: Finding) -> tuple[str, ...]:
    description = " ".join(finding.description.split())
    shown = description if len(description) <= _WIDTH else description[: _WIDTH - 3] + "..."
    rows = told_rows(finding)
    rows = rows if len(rows) <= _ROWS_WIDTH else rows[: _ROWS_WIDTH - 3] + "..."
    return finding.feature or "(data set)", finding.severity, finding.type, rows, shown


def _rows_of(finding: Finding) -> str:
    rows = told_rows(finding)
    return (
        f"({finding.num_rows} row{'s' * (finding.num_rows != 1)}{rows.removeprefix(str(finding.num_rows))})"
        if rows
        else ""
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
