"""Spans and versions of data: which of them a location with placeholders stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.source.location import is_remote
from penstock.ml.data.source.url import mask

EPOCH = date(1970, 1, 1)

_PLACEHOLDER = re.compile(r"\{(SPAN|VERSION|YYYY|MM|DD)(?::([^}]*))?\}")
_DATE = {"YYYY": 4, "MM": 2, "DD": 2}
_LISTED = 10


@dataclass(frozen=True, slots=True)
class SpanChoice:
    """Which spans to read; by default the latest version of the latest span.

    Parameters
    ----------
    span : int or str, optional
        That one: a number, or a date as ``2026-11-20``.
    spans : int, optional
        The n latest that exist: a rolling window.
    span_range : pair of int or str, optional
        All that exist from the first to the second, both counted.
    version : int, optional
        Of every chosen span; by default its latest.
    """

    span: int | str | None = None
    spans: int | None = None
    span_range: tuple[int | str, int | str] | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class SpanLocation:
    """One version of one span, and where it lies.

    Parameters
    ----------
    span : int
        Its number; days since 1970-01-01 where the location has a date.
    version : int
        -1 where the location has no versions.
    uri : str
        The location with its placeholders filled in.
    is_date : bool
        Whether the location has a date.
    """

    span: int
    version: int
    uri: str
    is_date: bool = False

    def __str__(self) -> str:
        name = (EPOCH + timedelta(self.span)).isoformat() if self.is_date else str(self.span)
        return f"span {name}" + (f", version {self.version}" if self.version >= 0 else "")


def has_spans(uri: str) -> bool:
    """Whether a location has a placeholder of a span, a date or a version.

    Examples
    --------
    >>> has_spans("data/{YYYY}-{MM}-{DD}/*.csv"), has_spans("data/*.csv")
    (True, False)
    """
    return _PLACEHOLDER.search(uri) is not None


def choose_spans(
    uri: str, choice: SpanChoice = SpanChoice(), *, filesystem: Mapping[str, Any] | None = None
) -> tuple[SpanLocation, ...]:
    """The spans that a location and a choice stand for, the earliest first.

    Parameters
    ----------
    uri : str
        Path or URL with ``{SPAN}``, or with ``{YYYY}``, ``{MM}`` and ``{DD}``, and perhaps ``{VERSION}``.
        ``{SPAN:4}`` and ``{VERSION:2}`` have that many digits. A placeholder may stand in the name of a folder,
        a file or a pattern.
    choice : SpanChoice
    filesystem : mapping, optional
        Options of the file system behind an URL.

    Raises
    ------
    DataError
        If the placeholders do not fit together, the choice is contradictory, or nothing that exists fits it: the
        message lists what does.

    References
    ----------
    TFX, `ExampleGen`: spans, versions and their patterns.
    """
    _check(uri, choice)
    found = sorted(_existing(uri, filesystem))
    if not found:
        raise DataError(
            "no span exists there", where=mask(uri), fix="correct the location, or write a file or folder it matches"
        )
    wanted = _wanted(sorted({one.span for one in found}), choice, uri)
    chosen = [one for one in found if one.span in wanted and (choice.version is None or one.version == choice.version)]
    latest = {one.span: one for one in chosen}
    lacking = [span for span in wanted if span not in latest]
    if lacking or not wanted:
        raise DataError(
            f"there is no {_asked(choice)}", where=mask(uri), fix=f"choose of those that exist: {_list(found)}"
        )
    return tuple(latest[span] for span in sorted(latest))


def _check(uri: str, choice: SpanChoice) -> None:
    names = [name for name, _ in _PLACEHOLDER.findall(uri)]
    problem = ""
    if repeated := next((name for name in names if names.count(name) > 1), ""):
        problem = f"{{{repeated}}} stands there twice"
    elif "SPAN" in names and set(_DATE) & set(names):
        problem = "{SPAN} and a date exclude each other"
    elif "SPAN" not in names and not set(_DATE) <= set(names):
        problem = "it needs {SPAN}, or {YYYY}, {MM} and {DD} together"
    elif "VERSION" not in names and choice.version is not None:
        problem = "a version is asked for, and the location has no {VERSION}"
    elif width := next((text for name, text in _PLACEHOLDER.findall(uri) if text and not _is_width(name, text)), ""):
        problem = f"'{width}' is no width: it is a positive number, and a date has none"
    elif re.search(r"\{(SPAN|VERSION)\}\{(SPAN|VERSION)", uri):
        problem = "nothing tells where the first number ends"
    if problem:
        fix = "write for instance data/span-{SPAN}/v{VERSION}/*.csv or data/{YYYY}/{MM}/{DD}"
        raise DataError(f"the location cannot be understood: {problem}", where=mask(uri), fix=fix)
    _check_choice(uri, choice)


def _is_width(name: str, text: str) -> bool:
    return name not in _DATE and text.isascii() and text.isdigit() and int(text) > 0


def _check_choice(uri: str, choice: SpanChoice) -> None:
    given = [name for name in ("span", "spans", "span_range") if getattr(choice, name) is not None]
    if len(given) > 1:
        raise DataError(f"{' and '.join(given)} exclude each other", where=mask(uri), fix="give one of them")
    for name in ("spans", "version"):
        number = getattr(choice, name)
        if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
            raise DataError(f"{name}={number!r} is no number", where=mask(uri), fix=f"give a whole number: {name}=2")
    if choice.spans is not None and choice.spans < 1:
        raise DataError(f"spans={choice.spans} chooses nothing", where=mask(uri), fix="give 1 or more")
    if choice.span_range is not None:
        if not isinstance(choice.span_range, (list, tuple)) or len(choice.span_range) != 2:
            raise DataError(
                f"span_range={choice.span_range!r} is no pair",
                where=mask(uri),
                fix="give the first and the last: span_range=[3, 9]",
            )
        first, last = (_number(end, uri) for end in choice.span_range)
        if first > last:
            raise DataError("span_range ends before it begins", where=mask(uri), fix="give the earlier span first")


def _wanted(existing: list[int], choice: SpanChoice, uri: str) -> list[int]:
    """Numbers of the spans, of those that exist or the one asked for."""
    if choice.span is not None:
        return [_number(choice.span, uri)]
    if choice.span_range is not None:
        first, last = (_number(end, uri) for end in choice.span_range)
        return [span for span in existing if first <= span <= last]
    return existing[-(choice.spans or 1) :]


def _number(span: int | str, uri: str) -> int:
    text = str(span)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError as error:
        fix = "give a number (of days since 1970-01-01 where the location has a date), or a date as 2026-11-20"
        raise DataError(f"'{text}' is no span", where=mask(uri), fix=fix) from error


def _asked(choice: SpanChoice) -> str:
    version = f" in version {choice.version}" if choice.version is not None else ""
    if choice.span is not None:
        return f"span {choice.span}{version}"
    if choice.span_range is not None:
        return f"span from {choice.span_range[0]} to {choice.span_range[1]}{version}"
    return f"latest span{version}"


def _list(found: list[SpanLocation]) -> str:
    listed = "; ".join(map(str, found[-_LISTED:]))
    return f"{listed} (the last {_LISTED} of {len(found)})" if len(found) > _LISTED else listed


def _existing(uri: str, filesystem: Mapping[str, Any] | None) -> Iterator[SpanLocation]:
    """What is there, by the part of the location up to the folder or file with its last placeholder."""
    end = [match.end() for match in _PLACEHOLDER.finditer(uri)][-1]
    end = uri.find("/", end) if "/" in uri[end:] else len(uri)
    pattern = re.compile(_regex(uri[:end]))
    seen: dict[tuple[int, int], dict[str, str]] = {}
    for found in _listed(_PLACEHOLDER.sub("*", uri[:end]), filesystem):
        match = pattern.fullmatch(_bare(found))
        if match is None:
            continue
        texts = match.groupdict()
        key = _span_of(texts, found), int(texts.get("VERSION", -1))
        if seen.setdefault(key, texts) != texts:
            raise DataError(
                f"'{mask(found)}' is the same span and version as another one",
                where=mask(uri),
                fix="remove one of them",
            )
    for (span, version), texts in seen.items():
        concrete = _PLACEHOLDER.sub(lambda match, texts=texts: texts[match[1]], uri)  # type: ignore[misc]
        yield SpanLocation(span, version, concrete, "YYYY" in texts)


def _span_of(texts: Mapping[str, str], found: str) -> int:
    if "SPAN" in texts:
        return int(texts["SPAN"])
    try:
        return (date(*(int(texts[name]) for name in _DATE)) - EPOCH).days
    except ValueError as error:
        raise DataError("its name is no date", where=mask(found), fix="rename it, or move it elsewhere") from error


def _listed(pattern: str, filesystem: Mapping[str, Any] | None) -> list[str]:
    if is_remote(pattern):
        from penstock.ml.data.source.remote import RemoteFolder

        return RemoteFolder(pattern, filesystem).matches()
    import glob

    return sorted(glob.glob(pattern.removeprefix("file://").removeprefix("local://"), recursive=True))


def _regex(pattern: str) -> str:
    """A regular expression with one group per placeholder; wildcards stay wildcards."""
    parts = []
    for text in re.split(r"(\{[A-Z]+(?::[^}]*)?\}|\*\*/|\*|\?)", _bare(pattern)):
        placeholder = _PLACEHOLDER.fullmatch(text)
        if placeholder:
            name, width = placeholder[1], placeholder[2] or _DATE.get(placeholder[1])
            parts.append(rf"(?P<{name}>\d{f'{{{width}}}' if width else '+'})")
        else:
            parts.append({"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}.get(text, re.escape(text)))
    return "".join(parts)


def _bare(location: str) -> str:
    """Without the scheme: file systems answer to several (``s3``, ``s3a``)."""
    return location.partition("://")[2].lstrip("/") if "://" in location else location.lstrip("/")
