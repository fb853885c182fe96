"""Removes the blobs that no recorded run reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from penstock.core.clock import now_us

if TYPE_CHECKING:
    from penstock.core.protocol import BlobInfo, BlobStore
    from penstock.engine.store.opening import Store


@runtime_checkable
class Sweeper(Protocol):
    """A blob store that can clear away what dead processes left half-written."""

    def sweep(self, *, dry_run: bool) -> list[str]:
        """Remove it (or only look) and name it."""


@dataclass(frozen=True, slots=True)
class GarbageReport:
    """What was removed, or would be.

    Parameters
    ----------
    removed : tuple of BlobInfo
    num_kept : int
        Blobs that stay.
    freed_bytes : int
        Sum of the sizes of the removed.
    staging : tuple of str
        Half-written folders of dead processes, removed too.
    is_dry_run : bool
        Nothing was removed.
    """

    removed: tuple[BlobInfo, ...]
    num_kept: int
    freed_bytes: int
    staging: tuple[str, ...]
    is_dry_run: bool


def collect_garbage(store: Store, blobs: BlobStore, *, dry_run: bool = False, min_age_s: float = 3600) -> GarbageReport:
    """Remove blobs that no recorded run refers to, and what dead processes left half-written.

    Parameters
    ----------
    store : Store
    blobs : BlobStore
    dry_run : bool
        Only say what would be removed.
    min_age_s : float
        Younger blobs stay. While runs are live, so do those made since the oldest of them began: a
        run writes a blob first and records it later.

    Returns
    -------
    GarbageReport
    """
    # The order matters: a run that ends in between has its blobs recorded by the time they are looked up.
    young_us = now_us() - int(min_age_s * 1_000_000)
    oldest_live_us = store.leases.oldest_live_us()
    if oldest_live_us is not None:
        young_us = min(young_us, oldest_live_us)
    found = list(blobs.blobs())
    reachable = store.lineage.reachable()
    garbage = [info for info in found if info.digest not in reachable and info.modified_us < young_us]
    removed = garbage if dry_run else [info for info in garbage if _remove(blobs, info, young_us)]
    return GarbageReport(
        removed=tuple(removed),
        num_kept=len(found) - len(removed),
        freed_bytes=sum(info.size_bytes for info in removed),
        staging=tuple(blobs.sweep(dry_run=dry_run)) if isinstance(blobs, Sweeper) else (),
        is_dry_run=dry_run,
    )


def _remove(blobs: BlobStore, info: BlobInfo, young_us: int) -> bool:
    # Somebody may have written the same content again meanwhile, which makes the blob young.
    if any(again.modified_us >= young_us for again in blobs.blobs([info.digest])):
        return False
    blobs.delete(info.digest)
    return True
