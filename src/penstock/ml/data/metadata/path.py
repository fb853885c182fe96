"""Where a feature is: its name, or the names on the way into nested structs."""

from __future__ import annotations

from typing import Any

import msgspec


class Path(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Path to a feature: one step for a column, more inside of structs."""

    step: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join(self.step)


class DerivedFeatureSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a feature that validation derived from others was made from."""

    deriver_name: str | None = None
    description: str | None = None
    source_path: tuple[Path, ...] = ()
    declaratively_configured: bool | None = None
    config: dict[str, Any] | None = None
