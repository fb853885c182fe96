"""The features of a schema by path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penstock.ml.data.metadata.schema import Feature, SchemaMessage


def schema_features(
    features: Sequence[Feature], outer: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Feature]]:
    """Each feature, those inside of structs after their struct."""
    for feature in features:
        path = (*outer, feature.name or "")
        yield path, feature
        if feature.struct_domain is not None:
            yield from schema_features(feature.struct_domain.feature, path)


def image_paths(schema: SchemaMessage | None) -> frozenset[tuple[str, ...]]:
    """Features with an image domain: TFDV takes their values for bytes."""
    features = schema_features(schema.feature) if schema is not None else ()
    return frozenset(path for path, feature in features if feature.image_domain is not None)
