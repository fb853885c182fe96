"""A source over chosen spans: its fingerprint tells which they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from penstock.core.canonical import digest_of
from penstock.core.protocol import Source
from penstock.ml.data.source.span import SpanLocation


@dataclass(frozen=True)
class SpanSource:
    """The rows of the chosen spans, the earliest first.

    Parameters
    ----------
    source : Source
        Over their files.
    chosen : tuple of SpanLocation
    """

    source: Source
    chosen: tuple[SpanLocation, ...]

    @property
    def capabilities(self) -> frozenset[str]:
        """Those of the source beneath."""
        return self.source.capabilities

    def __repr__(self) -> str:
        return f"{self.source} ({'; '.join(map(str, self.chosen))})"

    def fingerprint(self) -> str:
        """Digest of the numbers of spans and versions, and of what they hold; empty where that is not known."""
        content = self.source.fingerprint()
        return content and digest_of([content, [[one.span, one.version] for one in self.chosen]])

    def read(self) -> Any:
        """The rows of all chosen spans."""
        return self.source.read()
