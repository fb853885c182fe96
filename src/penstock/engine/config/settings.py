"""The frozen settings of one workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from penstock.engine.config.secret import mask_secrets

DEFAULT_PROFILE = "default"

TYPES: dict[str, type] = {
    "store": str,
    "artifacts": str,
    "executor": str,
    "workers": int,
    "accelerator": str,
    "warehouse": str,
    "broker": str,
    "tracking": str,
    "executor_options": dict,
}
"""What a profile may set, and the type of each."""


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything that is set, read once.

    Parameters
    ----------
    home : Path
        The workspace folder; it need not exist yet.
    profile : str
        Name of the profile in use.
    store, artifacts : str
        URL of the metadata store; URL or folder of the blob store. May be references to secrets.
    executor : str
        Name of the plug-in that runs the steps.
    workers : int
        Processes that may run at once; 0 for one per core.
    accelerator : str
        ``auto``, ``cpu``, ``cuda``, ...
    warehouse, broker, tracking : str
        URLs of the SQL warehouse, the message broker and the tracking server; empty for none.
    executor_options : mapping
        Settings of the executor, handed to it as they are.
    origins : mapping of str to str
        Where each setting comes from: ``default``, ``FILE:LINE [SECTION]``, a variable's name or a flag.
    """

    home: Path
    profile: str
    store: str
    artifacts: str
    executor: str = "local"
    workers: int = 0
    accelerator: str = "auto"
    warehouse: str = ""
    broker: str = ""
    tracking: str = ""
    executor_options: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """Values by name, for people: passwords are masked, references stay references."""
        return {item.name: _shown(getattr(self, item.name)) for item in fields(self) if item.name != "origins"}

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.shown().items())})"


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shown(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return mask_secrets(str(value)) if isinstance(value, (str, Path)) else value


def default_values(home: Path) -> dict[str, Any]:
    """What holds where nothing is set."""
    return {
        "store": f"sqlite:///{home / 'metadata.db'}",
        "artifacts": str(home / "artifacts"),
        "executor": "local",
        "workers": 0,
        "accelerator": "auto",
        "warehouse": "",
        "broker": "",
        "tracking": "",
        "executor_options": {},
    }
