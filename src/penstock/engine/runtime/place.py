"""Where runs happen: the settings and stores of one workspace, as the runtime needs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.core.protocol import BlobStore
from penstock.engine.config import Settings

if TYPE_CHECKING:
    from penstock.engine.store import Store


@dataclass(frozen=True, slots=True)
class Place:
    """Where runs happen.

    Parameters
    ----------
    settings : Settings
    store : Store
    blobs : BlobStore
    artifacts : str
        URL of the blob store with secrets resolved, for workers.
    """

    settings: Settings
    store: Store
    blobs: BlobStore
    artifacts: str

    @property
    def home(self) -> Path:
        """The workspace folder."""
        return self.settings.home
