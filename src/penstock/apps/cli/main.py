"""The entry point: parses the command line, calls one command, turns errors into three lines and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, cast

import typer

from penstock.apps.cli.failure import CANCELED, exit_code, failure_of, print_failure
from penstock.apps.cli.lazy_group import LazyGroup
from penstock.core.error import PenstockError

PROGRAM = "penstock"
_COMPLETE_VARIABLE = "_PENSTOCK_COMPLETE"
_DEBUG = "--debug"
_Refused = cast("type[Exception]", typer.BadParameter.__bases__[0])
"""Whatever the parser refuses; Typer exports only this child of it."""

app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        print(f"{PROGRAM} {version('penstock')}")
        raise typer.Exit


_EXIT_CODES = "Exit codes: 0 done, 1 the work failed, 2 wrong usage, 130 canceled, 141 nobody reads the output."


@app.callback(epilog=f"penstock COMMAND --help says more. {_EXIT_CODES}")
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_show_version)] = False,
    debug: Annotated[bool, typer.Option(_DEBUG, help="Show tracebacks; also after a command.")] = False,
) -> None:
    """Author, run, cache, resume and explain pipelines."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 done, 1 the work failed, 2 wrong usage, 130 canceled, 141 nobody reads the output.
    """
    _escape_output()
    arguments, is_debug = _without_debug(list(sys.argv[1:] if argv is None else argv))
    try:
        code = _invoke(arguments or ["--help"])
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        print("canceled", file=sys.stderr)
        return CANCELED
    except (PenstockError, OSError) as error:
        print_failure(error, is_debug=is_debug)
        return exit_code(error)
    return code


def _invoke(arguments: list[str]) -> int:
    group = typer.main.get_command(app)
    if _COMPLETE_VARIABLE in os.environ:
        group.main(arguments, prog_name=PROGRAM)
    try:
        with group.make_context(PROGRAM, arguments) as context:
            group.invoke(context)
    except typer.Exit as leave:
        return leave.exit_code
    except _Refused as error:
        raise failure_of(error) from error
    return 0


def _without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """Take out ``--debug`` wherever it stands; everything after ``--`` belongs to the command."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    kept = [argument for argument in arguments[:end] if argument != _DEBUG]
    return kept + arguments[end:], len(kept) < end


def _escape_output() -> None:
    """A sign that standard output cannot show becomes an escape, not a failure halfway."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Nobody reads: keep the interpreter from complaining when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
