"""Printing on standard output."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO


def print_json(value: Any) -> None:
    """Print a value as one line of JSON, with escapes for what standard output cannot show."""
    text = strict_json(value)
    # Signs beyond ASCII stand in strings only, where JSON has escapes for them.
    print(text if _is_shown(text) else json.dumps(json.loads(text)))


def print_yaml(text: str) -> None:
    """Print YAML as it is, or with escapes where standard output cannot show it."""
    if not _is_shown(text):
        import yaml

        text = yaml.safe_dump(yaml.safe_load(text), allow_unicode=False, sort_keys=False)
    sys.stdout.write(text)


def strict_json(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    """A value as JSON that every parser takes: NaN and the infinities, for which JSON has no word, become null.

    Parameters
    ----------
    value : JSON value
    indent : int, optional
        Blanks per level; one line by default.
    default : callable, optional
        Makes JSON of what is none.

    Examples
    --------
    >>> strict_json({"loss": float("nan"), "scores": [0.5, float("inf")]})
    '{"loss": null, "scores": [0.5, null]}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, default=default, allow_nan=False)
    except ValueError:
        # Rare, so that the values are walked only then.
        return json.dumps(_finite(value), ensure_ascii=False, indent=indent, default=default)


def _is_shown(text: str) -> bool:
    """Whether standard output has all signs of a text."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


@contextmanager
def only_json(is_json: bool) -> Iterator[None]:
    """Where ``is_json``, send what a project's modules print meanwhile to standard error."""
    if not is_json:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def print_lines(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        print(line)


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line at once; a run goes on although nobody reads any more."""
    stream = sys.stdout if stream is None else stream
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
