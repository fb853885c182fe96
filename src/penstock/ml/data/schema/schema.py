"""A schema: what the columns of a data set must look like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import NotFoundError, closest
from penstock.ml.data.schema.feature_path import path_steps, path_text

if TYPE_CHECKING:
    from penstock.ml.data.metadata.schema import Feature, SchemaMessage
    from penstock.ml.data.schema.check import Check
    from penstock.ml.data.schema.schema_file import SchemaFormat

# Stages name this class, and what names stages should start fast: the records, YAML and the rest of the room are
# imported where they are used.


def _empty() -> SchemaMessage:
    from penstock.ml.data.metadata.schema import SchemaMessage

    return SchemaMessage()


@dataclass(frozen=True, eq=True, repr=False)
class Schema:
    """What the columns of a data set must look like, in TensorFlow Metadata's terms.

    Immutable: what changes it gives a new one. Two are equal when their messages are. Iterating gives the features of
    the top level in their order.

    Parameters
    ----------
    message : SchemaMessage
        The record; taken as it is (`from_message` checks it).

    Examples
    --------
    >>> schema = Schema.from_text("features: {fare: {type: float, required: true, min: 0}}")
    >>> schema.with_feature("company", type="string", values=["Blue Ribbon", "Flash Cab"])
    Feature  Type    Presence  Valency  Domain
    fare     FLOAT   required  single   min: 0
    company  STRING            single   company
    <BLANKLINE>
    Domain   Values
    company  Blue Ribbon, Flash Cab
    """

    message: SchemaMessage = field(default_factory=_empty)

    @classmethod
    def from_message(cls, message: SchemaMessage) -> Schema:
        """A schema from its record.

        Raises
        ------
        DataError
            If a feature gives two of what excludes each other, for instance two domains.
        """
        from penstock.ml.data.schema.field import check_choices

        check_choices(message, "schema")
        return cls(message)

    @classmethod
    def from_text(cls, text: str, schema_format: SchemaFormat = "yaml", *, where: str = "schema") -> Schema:
        """A schema from YAML, or from TensorFlow Metadata's JSON or text format.

        Parameters
        ----------
        text : str
        schema_format : str
            ``yaml``, ``json`` or ``pbtxt``.
        where : str
            What to call it in messages.

        Raises
        ------
        DataError
            Naming line or key of what is unknown (with the closest known), wrong, or said twice.
        """
        from penstock.ml.data.schema.schema_file import from_text

        return cls(from_text(text, schema_format, where))

    @classmethod
    def load(cls, path: str | Path) -> Schema:
        """A schema from a file: ``.yaml``, ``.json``, or ``.pbtxt`` (``.txt``, ``.textproto``).

        Raises
        ------
        UsageError
            If the ending is another.
        DataError
            If the file cannot be read, or as for `from_text`.
        """
        from penstock.ml.data.schema.schema_file import from_text, read_file

        text, schema_format = read_file(Path(path))
        return cls(from_text(text, schema_format, str(path)))

    def save(self, path: str | Path) -> None:
        """Write a file, in the format that its ending says; the same schema gives the same bytes.

        Raises
        ------
        UsageError
            If the ending stands for no format.
        DataError
            If the file cannot be written.
        """
        from penstock.ml.data.schema.schema_file import format_of, to_text, write_file

        write_file(Path(path), to_text(self.message, format_of(Path(path))))

    def to_text(self, schema_format: SchemaFormat = "yaml") -> str:
        """The schema as YAML, or as TensorFlow Metadata's JSON or text format."""
        from penstock.ml.data.schema.schema_file import to_text

        return to_text(self.message, schema_format)

    def to_yaml(self) -> str:
        """The schema as YAML; the same schema gives the same text."""
        return self.to_text("yaml")

    def to_json(self) -> Any:
        """The schema as plain JSON values, in TensorFlow Metadata's names."""
        from penstock.ml.data.metadata.message import to_json

        return to_json(self.message)

    def feature(self, path: str) -> Feature:
        """The feature of a name, or at a path inside of structs: ``trip.fare``.

        Raises
        ------
        NotFoundError
            Listing the known ones, and the closest.
        """
        return self.features[self._steps(path)]

    @cached_property
    def features(self) -> Mapping[tuple[str, ...], Feature]:
        """All features, also inside of structs, by their paths, in their order; the first of equal names counts."""
        found: dict[tuple[str, ...], Feature] = {}
        _collect(self.message.feature, (), found)
        return found

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks written in SQL."""
        from penstock.ml.data.schema.check import split_checks

        return split_checks(self.message.annotation)[0]

    def for_environment(self, environment: str) -> Schema:
        """The schema of the features that are expected in an environment.

        Raises
        ------
        DataError
            If the schema does not name it.
        """
        from penstock.ml.data.schema.environment import in_environment

        return Schema(in_environment(self.message, environment))

    def with_feature(self, path: str, /, **block: Any) -> Schema:
        """The schema with a feature added or changed, in the words of the YAML.

        Parameters
        ----------
        path : str
            Of the feature; a new one is added at the end.
        block
            Keys of its block, for instance ``type="float", required=True, min=0, drift={"jensen_shannon": 0.1},
            not_in_environment=["SERVING"], severity="warning"``. None removes a key; others stay as they are.

        Raises
        ------
        DataError
            If a key is unknown or its value wrong.
        """
        from penstock.ml.data.schema.edit import edited

        return Schema(edited(self.message, self._steps(path, is_new=True), block))

    def with_domain(self, path: str, values: Iterable[str]) -> Schema:
        """The schema in which a string feature has exactly these values; they are listed in this order."""
        return self.with_feature(path, values=list(values))

    def with_checks(self, *checks: Check) -> Schema:
        """The schema with more checks; one of the same name is replaced in its place."""
        from penstock.ml.data.schema.check import join_checks, split_checks
        from penstock.ml.data.schema.replace import replaced

        known, rest = split_checks(self.message.annotation)
        by_name = {check.name: check for check in (*known, *checks)}
        return Schema(replaced(self.message, annotation=join_checks(rest, tuple(by_name.values()))))

    def without(self, *paths: str) -> Schema:
        """The schema without some features, and without the domains that only they used.

        Raises
        ------
        NotFoundError
            If there is no such feature.
        """
        from penstock.ml.data.schema.edit import without_feature

        message = self.message
        for path in paths:
            message = without_feature(message, self._steps(path))
        return Schema(message)

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.message.feature)

    def __len__(self) -> int:
        return len(self.message.feature)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and ((path,) in self.features or path_steps(path) in self.features)

    def __repr__(self) -> str:
        from penstock.ml.data.schema.display import schema_table

        return schema_table(self.message)

    def _repr_html_(self) -> str:
        from penstock.ml.data.schema.display import schema_html

        return schema_html(self.message)

    def _steps(self, path: str, *, is_new: bool = False) -> tuple[str, ...]:
        # A column whose very name is the text comes first: most names with a dot are names.
        for steps in ((path,), path_steps(path)):
            if steps in self.features:
                return steps
        if is_new:
            return path_steps(path)
        raise NotFoundError(
            f"the schema has no feature {path!r}",
            where="schema",
            fix=closest(path, [path_text(steps) for steps in self.features]),
        )


def _collect(features: tuple[Feature, ...], parent: tuple[str, ...], found: dict[tuple[str, ...], Feature]) -> None:
    for feature in features:
        path = (*parent, feature.name or "")
        found.setdefault(path, feature)
        if feature.struct_domain is not None:
            _collect(feature.struct_domain.feature, path, found)
