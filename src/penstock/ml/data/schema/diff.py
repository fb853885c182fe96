"""What differs between two schemas: features added, removed, changed, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema.block_writer import write_feature
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.schema.schema_yaml import schema_tree
from penstock.ml.data.schema.yaml_text import flow

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A changed field.

    Parameters
    ----------
    field : str
        In the words of the YAML, inside of it dotted: ``required``, ``drift.l_infinity``.
    old, new : JSON value
        None where it is not there.
    """

    field: str
    old: Any
    new: Any

    def __str__(self) -> str:
        if isinstance(self.old, list) and isinstance(self.new, list):
            gone = [f"-{flow(item)}" for item in self.old if item not in self.new]
            more = [f"+{flow(item)}" for item in self.new if item not in self.old]
            return f"{self.field}: {' '.join((*gone, *more)) or 'in another order'}"
        return f"{self.field}: {_shown(self.old)} -> {_shown(self.new)}"


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """What differs between two schemas; false when nothing does.

    Parameters
    ----------
    added, removed : tuple of str
        Paths of features.
    changed : mapping of str to tuple of FieldChange
        By path.
    schema : tuple of FieldChange
        What is not about one feature: environments, domains, checks, limits of the number of rows.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[FieldChange, ...]]
    schema: tuple[FieldChange, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.schema)

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "nothing differs"

    def lines(self) -> list[str]:
        """One line per difference; none when there is no difference."""
        return [
            *(f"+ {name}" for name in self.added),
            *(f"- {name}" for name in self.removed),
            *(f"~ {name}: {change}" for name, changes in self.changed.items() for change in changes),
            *(f"~ {change}" for change in self.schema),
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": {name: [_change_json(change) for change in found] for name, found in self.changed.items()},
            "schema": [_change_json(change) for change in self.schema],
        }


def diff(old: Schema, new: Schema) -> SchemaDiff:
    """What one has to change in a schema to get another one.

    Vocabularies count as part of the features that are named like them; the order of features does not count.

    Examples
    --------
    >>> old = Schema.from_text("features: {fare: {type: float, min: 0}, tips: {type: float}}")
    >>> new = old.with_feature("fare", min=-1, required=True).without("tips")
    >>> print(diff(old, new))
    - tips
    ~ fare: required: (none) -> true
    ~ fare: min: 0 -> -1
    """
    before, after = _blocks(old), _blocks(new)
    own = {path_text(path) for path, block in (*before.items(), *after.items()) if "values" in block}
    changed = {
        path_text(path): changes
        for path, block in after.items()
        if path in before and (changes := tuple(_changes(before[path], block)))
    }
    return SchemaDiff(
        added=tuple(path_text(path) for path in after if path not in before),
        removed=tuple(path_text(path) for path in before if path not in after),
        changed=changed,
        schema=tuple(_changes(_rest(old.message, own), _rest(new.message, own))),
    )


def _blocks(schema: Schema) -> dict[tuple[str, ...], dict[str, Any]]:
    """Blocks of all features, those of structs without what is inside."""
    domains = {domain.name or "": domain for domain in schema.message.string_domain}
    found = {}
    for path, feature in schema.features.items():
        block = write_feature(feature, domains, path[:-1])
        block.pop("features", None)
        found[path] = block
    return found


def _rest(message: SchemaMessage, own: set[str]) -> dict[str, Any]:
    """Everything of a schema that the blocks of its features do not show; ``own`` are vocabularies that they do."""
    tree = schema_tree(message)
    tree.pop("features", None)
    domains = tree.get("domains")
    if isinstance(domains, dict):
        tree["domains"] = {name: values for name, values in domains.items() if name not in own}
        if not tree["domains"]:
            del tree["domains"]
    return tree


def _changes(old: Any, new: Any, field: str = "") -> Iterator[FieldChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*new, *old)):
            name = f"{field}.{key}" if field else key
            yield from _changes(old.get(key, _ABSENT), new.get(key, _ABSENT), name)
    elif old != new or type(old) is not type(new):
        yield FieldChange(field, None if old is _ABSENT else old, None if new is _ABSENT else new)


def _change_json(change: FieldChange) -> dict[str, Any]:
    return {"field": change.field, "old": change.old, "new": change.new}


def _shown(value: Any) -> str:
    return "(none)" if value is None else flow(value)
