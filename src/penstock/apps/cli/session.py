"""Opens the workspace for a command, and closes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import NotFoundError

if TYPE_CHECKING:
    from penstock.workspace import Workspace


@contextmanager
def open_workspace(profile: str = "", **flags: Any) -> Iterator[Workspace]:
    """The workspace of the current folder.

    Parameters
    ----------
    profile : str
        Empty for the one that is set otherwise.
    **flags
        Settings that win over all others; None means not given.
    """
    from penstock.workspace import Workspace

    workspace = Workspace.open(profile=profile or None, flags=flags)
    try:
        yield workspace
    finally:
        workspace.close()


def has_workspace(profile: str = "") -> bool:
    """Whether there is anything to read: a workspace folder, or a store that is elsewhere."""
    from penstock.engine.config import load_settings

    settings = load_settings(profile=profile or None)
    return settings.home.is_dir() or settings.origins["store"] != "default"


@contextmanager
def read_workspace(profile: str = "") -> Iterator[Workspace]:
    """The workspace of the current folder, which must exist: reading makes none.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    if not has_workspace(profile):
        raise NotFoundError(
            "there is no workspace here yet",
            where=str(Path.cwd()),
            fix="go to the folder of the project, or make a first run: penstock run FILE",
        )
    with open_workspace(profile) as workspace:
        yield workspace
