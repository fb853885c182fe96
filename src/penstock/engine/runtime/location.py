"""Where a workspace keeps what executions leave beside their artifacts."""

from __future__ import annotations

from pathlib import Path

from penstock.core.record import NO_ITEM


def log_file(home: Path, run: str, step: str, item: int = NO_ITEM) -> Path:
    """Where an execution's output goes; all attempts share it."""
    suffix = "" if item == NO_ITEM else f".{item}"
    return home / "logs" / run / f"{step.replace('/', '.')}{suffix}.log"


def checkpoint_folder(home: Path, run: str, step: str, item: int = NO_ITEM) -> Path:
    """Where an execution may keep checkpoints until it is complete."""
    suffix = "" if item == NO_ITEM else f".{item}"
    return home / "checkpoints" / run / f"{step.replace('/', '.')}{suffix}"
