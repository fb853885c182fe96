"""Turns what runs do into records that survive (metadata) and folders that never change (blobs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.engine.store.blobs.opening import open_blobs
    from penstock.engine.store.check import Finding, check_store, repair
    from penstock.engine.store.gc import GarbageReport, collect_garbage
    from penstock.engine.store.opening import Store, open_store, store_exists

__all__ = [
    "Finding",
    "GarbageReport",
    "Store",
    "check_store",
    "collect_garbage",
    "open_blobs",
    "open_store",
    "repair",
    "store_exists",
]

# Lazy: SQLAlchemy is a third of a second that `--help` and the workers do not owe.
__getattr__ = lazily(
    __name__,
    {
        "blobs.opening": ("open_blobs",),
        "check": ("Finding", "check_store", "repair"),
        "gc": ("GarbageReport", "collect_garbage"),
        "opening": ("Store", "open_store", "store_exists"),
    },
)
