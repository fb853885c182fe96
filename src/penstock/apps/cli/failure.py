"""Errors as three lines on standard error, and as exit codes."""

from __future__ import annotations

import sys
from typing import Any

from penstock.apps.cli.terminal import Painter
from penstock.core.error import ConfigError, GraphError, NotFoundError, PenstockError, UsageError

FAILED = 1
WRONG_USAGE = 2
CANCELED = 130

_WRONG = (UsageError, ConfigError, GraphError, NotFoundError)
"""Nothing ran: the command, the settings or the definition must be changed first."""


def exit_code(error: BaseException) -> int:
    """2 where the command must be changed, 1 where the work failed."""
    return WRONG_USAGE if isinstance(error, _WRONG) else FAILED


def failure_lines(what: str, where: str, fix: str, painter: Painter, *, title: str = "error") -> list[str]:
    """What, where and fix, one line each; further lines of one of them are indented."""
    return [
        f"{painter.red(title) if title == 'error' else painter.paint(title, 'yellow')}  {_indented(what)}",
        f"{painter.dim('where')}  {_indented(where)}",
        f"{painter.dim('fix')}    {_indented(fix)}",
    ]


def print_failure(error: PenstockError | OSError, *, is_debug: bool) -> None:
    """Print an error, with its traceback where asked."""
    if is_debug:
        import traceback

        traceback.print_exception(error)
    if not isinstance(error, PenstockError):
        error = _from_system(error)
    print("\n".join(failure_lines(error.what, error.where, error.fix, Painter(sys.stderr))), file=sys.stderr)


def failure_of(error: Any) -> UsageError:
    """What the command line's parser refused, as an error of ours."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "penstock"
    return UsageError(_sentence(error.format_message()), where=command, fix=f"see {command} --help")


def _sentence(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text[:1].lower() + text[1:]


def _from_system(error: OSError) -> PenstockError:
    from penstock.core.error import StoreError

    return StoreError(
        f"{type(error).__name__}: {error.strerror or error}",
        where=str(error.filename or "the operating system"),
        fix="make room, or make the place readable and writable; --debug shows the traceback",
    )


def _indented(text: str) -> str:
    """Further lines below the first one; signs that a terminal would obey, as in names of columns, are escaped."""
    lines = ("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line) for line in text.split("\n"))
    return "\n       ".join(lines)
