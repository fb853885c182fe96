"""Where a workspace keeps what executions leave beside their artifacts."""

from __future__ import annotations

import hashlib
from pathlib import Path

from penstock.core.record import NO_ITEM

NAME_BYTES = 200


def log_file(home: Path, run: str, step: str, item: int = NO_ITEM) -> Path:
    """Where an execution's output goes; all attempts share it."""
    return home / "logs" / run / f"{_name(step, item)}.log"


def checkpoint_folder(home: Path, run: str, step: str, item: int = NO_ITEM) -> Path:
    """Where an execution may keep checkpoints until it is complete."""
    return home / "checkpoints" / run / _name(step, item)


def _name(step: str, item: int) -> str:
    """A step as one file name; file systems take 255 bytes, so a long one is cut, with a digest of the whole."""
    name = step.replace("/", ".") + ("" if item == NO_ITEM else f".{item}")
    data = name.encode()
    if len(data) <= NAME_BYTES:
        return name
    return f"{data[:NAME_BYTES].decode(errors='ignore')}~{hashlib.sha256(data).hexdigest()[:16]}"
