"""Copies of frozen records with some fields changed, and of features deep inside of a schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from penstock.ml.data.metadata.schema import Feature, SchemaMessage, StructDomain

R = TypeVar("R", bound=msgspec.Struct)


def replaced(record: R, **changes: Any) -> R:
    """The record with other values of some fields."""
    return msgspec.structs.replace(record, **changes)


def with_feature_at(
    message: SchemaMessage, path: tuple[str, ...], change: Callable[[Feature | None], Feature | None]
) -> SchemaMessage:
    """A schema in which the feature at a path is what ``change`` makes of it.

    Parameters
    ----------
    message : SchemaMessage
    path : tuple of str
        Names on the way. A new feature is added last; the struct it goes into must exist.
    change : callable
        Gets the feature, or None where there is none yet; gives the new one, or None to remove it.

    Raises
    ------
    KeyError
        With the path so far, if a struct on the way does not exist.
    """
    return replaced(message, feature=_changed(message.feature, path, 0, change))


def _changed(
    features: tuple[Feature, ...], path: tuple[str, ...], at: int, change: Callable[[Feature | None], Feature | None]
) -> tuple[Feature, ...]:
    index = next((place for place, feature in enumerate(features) if feature.name == path[at]), len(features))
    old = features[index] if index < len(features) else None
    if at == len(path) - 1:
        new = change(old)
    elif old is None:
        raise KeyError(path[: at + 1])
    else:
        domain = old.struct_domain or StructDomain()
        inner = _changed(domain.feature, path, at + 1, change)
        new = replaced(old, struct_domain=StructDomain(feature=inner, sparse_feature=domain.sparse_feature))
    return (*features[:index], *(() if new is None else (new,)), *features[index + 1 :])
