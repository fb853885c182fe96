"""Turns what runs do into records that survive (metadata) and folders that never change (blobs)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.engine.store.blobs.opening import open_blobs
    from penstock.engine.store.check import Finding, check_store, repair
    from penstock.engine.store.gc import GarbageReport, collect_garbage
    from penstock.engine.store.opening import Store, open_store, store_exists

_HOMES = {
    "Finding": "check",
    "GarbageReport": "gc",
    "Store": "opening",
    "check_store": "check",
    "collect_garbage": "gc",
    "open_blobs": "blobs.opening",
    "open_store": "opening",
    "repair": "check",
    "store_exists": "opening",
}

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


def __getattr__(name: str) -> Any:
    # Lazy: SQLAlchemy is a third of a second that `--help` and the workers do not owe.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
