"""Changes of single features in the words of the YAML: `Schema.with_feature` and `Schema.without`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import StringDomain
from penstock.ml.data.metadata.schema import Feature, SchemaMessage
from penstock.ml.data.schema.block_reader import read_feature
from penstock.ml.data.schema.block_writer import write_feature
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.field import DOMAINS, PRESENCE, SHAPES
from penstock.ml.data.schema.node import node_of
from penstock.ml.data.schema.replace import replaced, with_feature_at

_NUMBERS = frozenset(("min", "max", "categorical", "allow_nan", "allow_inf", "holds"))
_TEXTS = frozenset(("true_value", "false_value"))
_STRUCT = frozenset(("features", "sparse_features"))
_DOMAINS = frozenset((*DOMAINS, *_NUMBERS, *_TEXTS, *_STRUCT, "values", "time"))
# Keys that say one thing in several ways: setting one takes the place of the others.
_GROUPS = (
    frozenset((*PRESENCE, "required")),
    frozenset((*SHAPES, "count", "counts")),
    _DOMAINS,
    frozenset(("min_domain_mass", "distribution_constraints")),
    frozenset(("unique", "unique_constraints")),
    frozenset(("drift", "drift_comparator")),
    frozenset(("skew", "skew_comparator")),
)
# ... except that these belong together.
_TOGETHER = (_NUMBERS, _TEXTS, _STRUCT)


def edited(message: SchemaMessage, path: tuple[str, ...], changes: Mapping[str, Any]) -> SchemaMessage:
    """A schema with a feature added or changed; see `Schema.with_feature`."""
    own = path_text(path)
    known = {domain.name or "": domain for domain in message.string_domain if domain.name == own}
    values: list[StringDomain] = []

    def change(feature: Feature | None) -> Feature:
        block = {} if feature is None else write_feature(feature, known, path[:-1])
        return read_feature(node_of(_merged(block, changes), "schema", path), path[-1], values, path[:-1])

    try:
        new = with_feature_at(message, path, change)
    except KeyError as error:
        struct = path_text(error.args[0])
        raise DataError(
            f"there is no struct {struct!r} for the feature", where=f"schema: {own}", fix="add the struct first"
        ) from None
    return _with_values(new, values)


def without_feature(message: SchemaMessage, path: tuple[str, ...]) -> SchemaMessage:
    """A schema without a feature, and without the domains that only it used."""
    used: set[str] = set()

    def change(feature: Feature | None) -> None:
        if feature is not None:
            used.update(_references((feature,)))

    new = with_feature_at(message, path, change)
    gone = used - _references(new.feature)
    return replaced(new, string_domain=tuple(domain for domain in new.string_domain if domain.name not in gone))


def _merged(block: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(block)
    for key in changes:
        for group in _GROUPS:
            if key in group:
                friends = next((part for part in _TOGETHER if key in part), frozenset((key,)))
                for other in group - friends:
                    merged.pop(other, None)
    if "type" in changes and changes["type"] != block.get("type"):
        _drop_other_domain(merged, changes)
    merged.update(changes)
    return {key: value for key, value in merged.items() if value is not None}


def _drop_other_domain(merged: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Bounds survive the change from one number to another; every other domain goes with its type."""
    keeps = _NUMBERS - {"holds"} if changes["type"] in ("int", "float") else frozenset()
    if changes["type"] == "int":
        keeps -= {"allow_nan", "allow_inf"}
    for key in _DOMAINS - keeps - changes.keys():
        merged.pop(key, None)


def _with_values(message: SchemaMessage, values: list[StringDomain]) -> SchemaMessage:
    """The schema with new values of domains; one without features that use it is dropped by nobody."""
    domains = {domain.name: at for at, domain in enumerate(message.string_domain)}
    found = list(message.string_domain)
    for domain in values:
        at = domains.get(domain.name)
        if at is None:
            found.append(domain)
        else:
            found[at] = replaced(found[at], value=domain.value)
    return replaced(message, string_domain=tuple(found))


def _references(features: tuple[Feature, ...]) -> set[str]:
    found: set[str] = set()
    for feature in features:
        if feature.domain is not None:
            found.add(feature.domain)
        if feature.struct_domain is not None:
            found |= _references(feature.struct_domain.feature)
    return found
