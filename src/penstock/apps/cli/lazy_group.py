"""The root of the command line: a table of commands, each imported only when it is called."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import typer

from penstock.apps.cli.plain_value import PlainGroup
from penstock.core.error import UsageError, closest

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

SECTIONS: dict[str, dict[str, str]] = {
    "Work": {
        "init": "Make a project that runs.",
        "run": "Run a pipeline.",
        "resume": "Finish a run that stopped; what is committed is kept.",
        "cancel": "Stop a running run.",
    },
    "What happened": {
        "runs": "List runs, newest first; delete old ones.",
        "show": "Steps, times and outputs of a run.",
        "logs": "What the steps of a run printed.",
        "why": "Why a step ran, was reused or was skipped.",
        "diff": "Two runs side by side.",
        "lineage": "What an artifact was made from, and what was made from it.",
        "get": "Fetch an output or artifact.",
    },
    "Data": {
        "data": "Describe, validate, compare and split data; find leakage.",
    },
    "Housekeeping": {
        "gc": "Remove artifacts that no run refers to.",
        "store": "Check the store's integrity.",
        "config": "Settings, and where each comes from.",
    },
    "Elsewhere": {
        "package": "Pack a pipeline or a step with its sources.",
        "unpack": "Unpack a package into a folder.",
    },
}
"""One-line help of every command, in the order of the help page."""

COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}
_ROOM = "penstock.apps.cli.command"


class LazyGroup(PlainGroup):
    """Knows its commands from the table; a command's module is imported when it is called."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of that name, imported now; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{_ROOM}.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the arguments name.

        Raises
        ------
        UsageError
            If there is none; the closest name is offered.
        """
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise UsageError(
                f"no command '{args[0]}'; {closest(args[0], COMMANDS)}", where="penstock", fix="see penstock --help"
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the table; nothing is imported."""
        widest = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), text) for name, text in commands.items()])
