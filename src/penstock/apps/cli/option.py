"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from penstock.apps.cli.plain_value import PlainGroup

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Profile = Annotated[str, typer.Option("--profile", metavar="NAME", help="Profile of penstock.toml.")]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="Id of a run, the beginning of one, or 'last'.", show_default=False)
]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Steps that may run at once.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Run every step; reuse nothing.")]
Until = Annotated[str, typer.Option("--until", metavar="STEP", help="Run this step and what it needs.")]
InProcess = Annotated[bool, typer.Option("--inline", help="Run steps in this process, one by one; pdb works.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Show what steps print.")]


def new_app() -> typer.Typer:
    """A Typer for one command, with the house's settings."""
    return typer.Typer(
        cls=PlainGroup,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
