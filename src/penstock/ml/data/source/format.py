"""Which format the data at a location has, and the source that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from penstock.core.error import DataError
from penstock.core.plugin import load_plugin, plugins
from penstock.core.protocol import Source
from penstock.ml.data.source.environment import resolved
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.location import AUTO, SUFFIXES, has_ending, is_hidden
from penstock.ml.data.source.span import SpanChoice, choose_spans, has_spans
from penstock.ml.data.source.span_source import SpanSource
from penstock.ml.data.source.url import mask

GROUP = "penstock.sources"
IMAGES = "images"
"""Entry point that reads a folder with one folder of images per class."""

_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff")
_CHOICE = tuple(field.name for field in fields(SpanChoice))
_ALIASES = {"postgres": "postgresql", "bq": "bigquery"}


def open_source(uri: str | Sequence[str], *, format: str = AUTO, **options: Any) -> Source:
    """The source for a location.

    Parameters
    ----------
    uri : str or sequence of str
        A file, a folder of files of one format, a pattern (``data/*.csv``), an URL, or several of them. One whose
        scheme is the name of a source (``postgresql://``, ``sqlite:///``, ``duckdb:///``, ``bigquery://``) goes to
        that source. ``env:NAME`` stands for what the environment variable holds. ``{SPAN}``, ``{YYYY}``,
        ``{MM}``, ``{DD}`` and ``{VERSION}`` choose by `choose_spans`.
    format : str
        Name of an entry point of ``penstock.sources``; ``auto`` goes by the URL or the endings of file names.
    **options
        For the source, and ``span``, ``spans``, ``span_range`` and ``version`` (`SpanChoice`); those that are
        None are left out.

    Raises
    ------
    DataError
        If nothing is there, the format cannot be told from the names, or no such span exists.
    NotFoundError
        If no such format is known.
    """
    uri = resolved(uri) if isinstance(uri, str) else [resolved(one) for one in uri]
    given = {option: value for option, value in options.items() if value is not None}
    choice = {name: given.pop(name) for name in _CHOICE if name in given}
    if isinstance(uri, str) and has_spans(uri):
        chosen = choose_spans(uri, SpanChoice(**choice), filesystem=given.get("filesystem"))
        inner = open_source([one.uri for one in chosen], format=format, **given)
        return cast("Source", SpanSource(inner, chosen))
    if choice:
        raise DataError(
            f"{', '.join(choice)} given, but the location has no placeholder",
            where=_shown(uri),
            fix="write {SPAN}, or {YYYY}, {MM} and {DD}, where the location has them",
        )
    if not isinstance(given.get("types", {}), Mapping):
        raise DataError(
            f"types is {type(given['types']).__name__}",
            where=_shown(uri),
            fix='give a type by column: types={"zip": "VARCHAR"}',
        )
    name = _detected(uri, given.get("filesystem")) if format == AUTO else format
    factory = load_plugin(GROUP, name)
    try:
        return cast("Source", factory(uri, **given))
    except TypeError as error:
        raise DataError(
            f"format '{name}' does not take {', '.join(sorted(given)) or 'a path'}",
            where=_shown(uri),
            fix="leave that option out, or give another format",
        ) from error


def detect_format(uri: str | Sequence[str]) -> str:
    """Name of the source for a location: by the scheme of an URL, else by the endings of file names.

    Raises
    ------
    DataError
        If there is nothing, an ending is unknown, or formats are mixed.
    """
    return _detected(uri, None)


def _detected(uri: str | Sequence[str], filesystem: Mapping[str, Any] | None) -> str:
    uri = resolved(uri) if isinstance(uri, str) else [resolved(one) for one in uri]
    if isinstance(uri, str):
        if scheme := _source_of_scheme(uri):
            return scheme
        if uri and _holds_class_folders(Path(uri.removeprefix("file://"))):
            return IMAGES
    every = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
    return format_of(FileSet(uri, every, filesystem=filesystem).names, _shown(uri))


def _shown(uri: str | Sequence[str]) -> str:
    return mask(uri if isinstance(uri, str) else ", ".join(uri))


def format_of(names: Sequence[str], uri: str) -> str:
    """The one format that the names of files tell.

    Raises
    ------
    DataError
        If an ending is unknown, or formats are mixed.
    """
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(next((kind for kind, ends in SUFFIXES.items() if has_ending(name, ends)), ""), name)
    if "" in found:
        raise DataError(
            f"the ending of '{found['']}' does not tell its format",
            where=uri,
            fix=f"say it, for instance format='csv'; known endings: {_known_endings()}",
        )
    if len(found) > 1:
        listed = " and ".join(f"{name} ({kind})" for kind, name in sorted(found.items()))
        options = " or ".join(f"format='{kind}'" for kind in sorted(found))
        raise DataError(f"the folder mixes formats: {listed}", where=uri, fix=f"say which to read: {options}")
    return next(iter(found))


def _known_endings() -> str:
    return ", ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)


def _source_of_scheme(uri: str) -> str:
    """The source named like the URL's scheme (``postgresql+x`` counts as ``postgresql``), or empty text."""
    scheme, mark, _ = uri.partition("://")
    name = scheme.partition("+")[0].lower()
    name = _ALIASES.get(name, name)
    return name if mark and name in plugins(GROUP) else ""


def _holds_class_folders(folder: Path) -> bool:
    """Whether a folder has no files of its own that could be rows, and folders that hold images."""
    if IMAGES not in plugins(GROUP):
        return False
    try:
        entries = [entry for entry in folder.iterdir() if not is_hidden(entry.name)] if folder.is_dir() else []
        every = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
        if any(entry.is_file() and has_ending(entry.name, every) for entry in entries):
            return False
        return any(_holds_an_image(entry) for entry in entries if entry.is_dir())
    except OSError:
        # The source that reads the folder says what is wrong.
        return False


def _holds_an_image(folder: Path) -> bool:
    return any(entry.name.lower().endswith(_IMAGE_SUFFIXES) for entry in folder.iterdir())
