"""Times, sizes, values and tables as short text for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value
from penstock.core.canonical import short
from penstock.core.error import UsageError

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def duration(seconds: float) -> str:
    """A time span, three figures or so.

    Examples
    --------
    >>> duration(0.0123), duration(1.234), duration(75), duration(4000)
    ('12 ms', '1.23 s', '1 min 15 s', '1 h 06 min')
    """
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def parse_duration(text: str) -> float | None:
    """Seconds of a text such as ``90s``, ``15m``, ``12h``, ``30d`` or ``2w``; None if it is no such text.

    Examples
    --------
    >>> parse_duration("1.5h"), parse_duration("soon")
    (5400.0, None)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]+)", text.strip())
    if found is None or found[2] not in _UNITS:
        return None
    return float(found[1]) * _UNITS[found[2]]


def wanted_duration(text: str, *, where: str) -> float:
    """Seconds of a text that somebody typed.

    Raises
    ------
    UsageError
        If it is no time span.
    """
    seconds = parse_duration(text)
    if seconds is None:
        raise UsageError(f"'{text}' is no time span", where=where, fix="write a number and s, m, h, d or w: 30d")
    return seconds


def size(size_bytes: int) -> str:
    """A number of bytes.

    Examples
    --------
    >>> size(512), size(15_300), size(2_400_000_000)
    ('512 B', '15.3 kB', '2.4 GB')
    """
    amount = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def many(count: int, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> many(1, "step"), many(12, "step")
    ('1 step', '12 steps')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def moment(time_us: int) -> str:
    """A wall-clock time, local, to the second; ``-`` for 0."""
    return datetime.fromtimestamp(time_us / 1e6).strftime("%Y-%m-%d %H:%M:%S") if time_us else "-"


def iso_time(time_us: int) -> str | None:
    """A wall-clock time in ISO 8601, UTC; None for 0.

    Examples
    --------
    >>> iso_time(1_700_000_000_500_000)
    '2023-11-14T22:13:20.500000Z'
    """
    if not time_us:
        return None
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def json_text(value: Any, *, limit: int = 72) -> str:
    """A JSON value on one line, floats to six figures, cut at a limit (0 for none).

    Examples
    --------
    >>> json_text({"auc": 0.12345678901, "rows": [1, 2]})
    '{"auc": 0.123457, "rows": [1, 2]}'
    >>> json_text("x" * 10, limit=6)
    'xxx...'
    """
    text = value if isinstance(value, str) and value else json.dumps(_rounded(value), ensure_ascii=False)
    text = " ".join(text.split("\n"))
    return text if not limit or len(text) <= limit else text[: limit - 3] + "..."


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def value_text(value: Value) -> str:
    """A value on one line: inline ones as JSON, artifacts as kind, digest and size.

    Examples
    --------
    >>> value_text(ArtifactRef("Model", "sha256:0123456789abcdef", 15_300))
    'Model 0123456789ab, 15.3 kB'
    """
    if isinstance(value, Inline):
        return json_text(value.json)
    if isinstance(value, ArtifactRef):
        return f"{value.kind} {short(value.digest)}, {size(value.size_bytes)}"
    shown = [
        f"{item.kind} {short(item.digest)}" if isinstance(item, ArtifactRef) else value_text(item)
        for item in value.items
    ]
    more = f", ... ({len(shown)} in all)" if len(shown) > 3 else ""
    return f"[{', '.join(shown[:3])}{more}]"


def plain_json(value: Value) -> Any:
    """A value as JSON: inline ones as they are, artifacts as kind, digest and size."""
    if isinstance(value, Inline):
        return value.json
    if isinstance(value, Gathered):
        return [plain_json(item) for item in value.items]
    return {"kind": value.kind, "digest": value.digest, "size_bytes": value.size_bytes}


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset(), indent: str = "") -> list[str]:
    """Rows as aligned lines; cells may hold colours.

    Parameters
    ----------
    rows : sequence of sequence of str
        All of the same length.
    right : frozenset of int
        Columns that are aligned to the right.
    indent : str
        Put before each line.
    """
    widths = [max(map(visible_length, column)) for column in zip(*rows, strict=True)]
    return [
        indent + "  ".join(_padded(cell, widths[at], at in right) for at, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def _padded(cell: str, width: int, is_right: bool) -> str:
    blanks = " " * (width - visible_length(cell))
    return blanks + cell if is_right else cell + blanks


def visible_length(text: str) -> int:
    """Columns of a text, colours not counted."""
    return len(_ANSI.sub("", text))
