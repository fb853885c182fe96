"""Types of Avro as types of Arrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from penstock.core.error import DataError

_PRIMITIVE = {
    "null": pa.null(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "string": pa.string(),
}
# fastavro turns these into Python's dates, times and decimals itself.
_LOGICAL: dict[tuple[str, str], pa.DataType] = {
    ("int", "date"): pa.date32(),
    ("int", "time-millis"): pa.time32("ms"),
    ("long", "time-micros"): pa.time64("us"),
    ("long", "timestamp-millis"): pa.timestamp("ms", "UTC"),
    ("long", "timestamp-micros"): pa.timestamp("us", "UTC"),
    ("long", "local-timestamp-millis"): pa.timestamp("ms"),
    ("long", "local-timestamp-micros"): pa.timestamp("us"),
    ("string", "uuid"): pa.string(),
    ("fixed", "uuid"): pa.string(),
}
_MAX_DEPTH = 50

Field = tuple[pa.DataType, Callable[[Any], Any] | None]
"""An Arrow type, and what makes its values of those that fastavro gives (None: they are the same)."""


class AvroTypes:
    """Translates one file's schema.

    Parameters
    ----------
    schema : mapping or str or list
        As fastavro parsed it.
    where : str
        The file, for messages.

    Raises
    ------
    DataError
        If the schema is no record, contains itself, or has a union of several types other than numbers and null.
    """

    def __init__(self, schema: Any, *, where: str) -> None:
        self._where = where
        self._named: dict[str, Any] = {}
        if not isinstance(schema, Mapping) or schema.get("type") != "record":
            raise DataError(
                f"its rows are of type {_name_of(schema)}, not records",
                where=where,
                fix="write one record with named fields per row",
            )
        self._remember(schema)
        self.fields = {field["name"]: self._field(field["type"], field["name"], 0) for field in schema["fields"]}

    def arrow(self) -> pa.Schema:
        """The columns."""
        return pa.schema([pa.field(name, kind) for name, (kind, _) in self.fields.items()])

    def _remember(self, schema: Any) -> None:
        """Note the types that have names; they may be named before or after anything else."""
        if isinstance(schema, list):
            for branch in schema:
                self._remember(branch)
        elif isinstance(schema, Mapping):
            if "name" in schema and schema.get("type") in ("record", "enum", "fixed", "error"):
                self._named[str(schema["name"])] = schema
            for field in schema.get("fields", ()):
                self._remember(field["type"])
            for part in ("items", "values", "type"):
                if isinstance(schema.get(part), Mapping | list):
                    self._remember(schema[part])

    def _field(self, schema: Any, path: str, depth: int) -> Field:
        if depth > _MAX_DEPTH:
            fix = "write it as a list of records, or as text"
            raise DataError(f"the type of '{path[:100]}' contains itself", where=self._where, fix=fix)
        if isinstance(schema, str):
            if schema in _PRIMITIVE:
                return _PRIMITIVE[schema], None
            return self._field(self._named[schema], path, depth + 1)
        if isinstance(schema, list):
            return self._union(schema, path, depth)
        name = schema["type"]
        if not isinstance(name, str):
            return self._field(name, path, depth + 1)
        if "logicalType" in schema and (found := _logical(schema)):
            return found
        nested = {"record": self._record, "array": self._array, "map": self._map}.get(name)
        if nested:
            return nested(schema, path, depth + 1)
        if name == "enum":
            return pa.string(), None
        return (pa.binary(schema["size"]), None) if name == "fixed" else self._field(name, path, depth + 1)

    def _union(self, branches: list[Any], path: str, depth: int) -> Field:
        real = [branch for branch in branches if branch != "null"]
        if len(real) == 1:
            return self._field(real[0], path, depth + 1)
        if not real:
            return pa.null(), None
        if all(branch in ("int", "long") for branch in real):
            return pa.int64(), None
        # A long beside a double would be rounded.
        if all(branch in ("int", "float", "double") for branch in real):
            return pa.float64(), float
        raise DataError(
            f"'{path}' is a union of {', '.join(map(_name_of, real))}",
            where=self._where,
            fix="write one type per field, or null and one type; several can be fields of a record",
        )

    def _record(self, schema: Any, path: str, depth: int) -> Field:
        fields = {one["name"]: self._field(one["type"], f"{path}.{one['name']}", depth) for one in schema["fields"]}
        kind = pa.struct([pa.field(name, field[0]) for name, field in fields.items()])
        made = {name: make for name, (_, make) in fields.items() if make}

        def convert(value: Any) -> Any:
            return value | {name: _made(make, value[name]) for name, make in made.items()}

        return kind, convert if made else None

    def _array(self, schema: Any, path: str, depth: int) -> Field:
        kind, make = self._field(schema["items"], path, depth)
        return pa.list_(kind), (lambda value: [_made(make, item) for item in value]) if make else None

    def _map(self, schema: Any, path: str, depth: int) -> Field:
        kind, make = self._field(schema["values"], path, depth)
        return pa.map_(pa.string(), kind), lambda value: [
            (key, _made(make, item) if make else item) for key, item in value.items()
        ]


def _made(make: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else make(value)


def _logical(schema: Mapping[str, Any]) -> Field | None:
    name, logical = schema["type"], schema["logicalType"]
    if logical == "decimal" and name in ("bytes", "fixed"):
        precision, scale = int(schema["precision"]), int(schema.get("scale", 0))
        return (pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)), None
    if logical == "uuid":
        return pa.string(), str
    # Others are what they are written as; that is Avro's rule for a logical type nobody knows.
    return (_LOGICAL[name, logical], None) if (name, logical) in _LOGICAL else None


def _name_of(schema: Any) -> str:
    if isinstance(schema, list):
        return "union"
    return str(schema.get("name") or schema["type"]) if isinstance(schema, Mapping) else str(schema)
