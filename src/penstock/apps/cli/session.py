"""Opens the workspace for a command, and closes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from penstock.core.error import NotFoundError

if TYPE_CHECKING:
    from penstock.engine.config import Settings
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
    """Whether there is anything to read: a store that was made, here or elsewhere."""
    return _is_there(_settings(profile))


def _settings(profile: str) -> Settings:
    from penstock.engine.config import load_settings

    return load_settings(profile=profile or None)


def _is_there(settings: Settings) -> bool:
    from penstock.engine.config import resolve_secret
    from penstock.engine.store import store_exists

    return store_exists(resolve_secret(settings.store, where="setting 'store'"))


@contextmanager
def read_workspace(profile: str = "") -> Iterator[Workspace]:
    """The workspace of the current folder, which must exist: reading makes none.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    settings = _settings(profile)
    if not _is_there(settings):
        raise NotFoundError(
            "there is no workspace here yet: nothing was recorded",
            where=str(settings.shown()["store"]),
            fix="go to the folder of the project, or make a first run: penstock run FILE",
        )
    with open_workspace(profile) as workspace:
        yield workspace
