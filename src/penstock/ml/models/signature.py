"""What a model takes: named and typed features of raw rows, and how they become numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, ModelError, closest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

CATEGORY = "category"
EMPTY = "empty"
MAX_CATEGORIES = 254
"""Most categories of a feature; rarer ones count as unknown. Histogram-based trees take no more."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column that a model reads.

    Parameters
    ----------
    name : str
    type : str
        ``int``, ``float``, ``bool``, ``timestamp`` (dates, too), ``category`` (text), or ``empty``: without any value
        in training, so the model does not look at it.
    categories : tuple of str
        Known values of a category, sorted; the place of a value is its code.
    """

    name: str
    type: str
    categories: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON form; categories only where there are some."""
        data: dict[str, Any] = {"name": self.name, "type": self.type}
        return {**data, "categories": list(self.categories)} if self.categories else data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Feature:
        """Read what `to_json` wrote."""
        return cls(data["name"], data["type"], tuple(data.get("categories", ())))


@dataclass(frozen=True, slots=True)
class Signature:
    """The features of a model, in order, and the name of its label."""

    features: tuple[Feature, ...]
    label: str

    def encode(self, table: pa.Table | pa.RecordBatch) -> NDArray[np.float64]:
        """Raw rows as the numbers that the native model reads.

        Numbers stay, booleans are 0 and 1, timestamps are seconds since 1970, categories are codes; missing
        values and unknown categories are NaN, empty features 0. Other columns of the rows are left out.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_features)

        Raises
        ------
        ModelError
            If a feature is missing or has values of another type.
        """
        import numpy as np

        missing = [feature.name for feature in self.features if feature.name not in table.schema.names]
        if missing:
            raise ModelError(
                f"the rows lack {', '.join(missing[:10])}; {closest(missing[0], table.schema.names)}",
                where="signature of the model",
                fix=f"give all its features: {', '.join(feature.name for feature in self.features)}",
            )
        matrix = np.empty((table.num_rows, len(self.features)), dtype=np.float64)
        for index, feature in enumerate(self.features):
            matrix[:, index] = 0.0 if feature.type == EMPTY else _numbers(feature, table.column(feature.name))
        return matrix

    def is_category(self) -> list[bool]:
        """Which features are categories, in order."""
        return [feature.type == CATEGORY for feature in self.features]

    def to_json(self) -> dict[str, Any]:
        """JSON form; `from_json` reads it back."""
        return {"features": [feature.to_json() for feature in self.features], "label": self.label}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Signature:
        """Read what `to_json` wrote."""
        return cls(tuple(Feature.from_json(item) for item in data["features"]), data["label"])


def infer_signature(table: pa.Table, *, label: str, features: Sequence[str]) -> Signature:
    """The signature of a model that is trained on a table.

    Parameters
    ----------
    table : pyarrow.Table
        The training rows; the categories of text columns come from here.
    label : str
    features : sequence of str

    Raises
    ------
    DataError
        If a feature is no column, is the label, is repeated, or is of a type no model takes.
    """
    check_features(features, table.schema.names, label=label)
    where = f"features of label '{label}'"
    return Signature(tuple(_feature(name, table.column(name), where) for name in features), label)


def check_features(features: Sequence[str], columns: Sequence[str], *, label: str) -> None:
    """Refuse features that a model cannot learn from, by their names.

    Parameters
    ----------
    features : sequence of str
    columns : sequence of str
        All of the data.
    label : str

    Raises
    ------
    DataError
        If there is none, or one is no column, is the label, or is repeated.
    """
    where = f"features of label '{label}'"
    if not features:
        others = [name for name in columns if name != label]
        raise DataError(
            "there is no feature" if others else "the data have no column besides the label",
            where=where,
            fix=f"name columns to learn from, for instance {', '.join(others[:3])}" if others else "add columns",
        )
    for name in features:
        if name not in columns:
            raise DataError(
                f"feature '{name}' is no column; {closest(name, [other for other in columns if other != label])}",
                where=where,
                fix="use a name of the training data",
            )
    if label in features:
        raise DataError(
            f"the features hold the label '{label}'",
            where=where,
            fix="take it out; a model that sees its label learns nothing else",
        )
    repeated = [name for name in dict.fromkeys(features) if list(features).count(name) > 1]
    if repeated:
        raise DataError(f"the features repeat {', '.join(repeated)}", where=where, fix="name each column once")


def _feature(name: str, column: pa.ChunkedArray, where: str) -> Feature:
    import pyarrow as pa

    types, kind = pa.types, column.type
    if types.is_dictionary(kind):
        kind = kind.value_type
    if column.null_count == len(column):
        return Feature(name, EMPTY)
    if types.is_boolean(kind):
        return Feature(name, "bool")
    if types.is_integer(kind):
        return Feature(name, "int")
    if types.is_floating(kind) or types.is_decimal(kind):
        return Feature(name, "float")
    if types.is_date(kind) or types.is_timestamp(kind):
        return Feature(name, "timestamp")
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return Feature(name, CATEGORY, _categories(column))
    raise DataError(
        f"feature '{name}' is {kind}, which a model cannot take",
        where=where,
        fix="leave it out, or derive numbers, booleans or text from it in a step before",
    )


def _categories(column: pa.ChunkedArray) -> tuple[str, ...]:
    import pyarrow as pa
    import pyarrow.compute as pc

    counts = {
        pair["values"]: pair["counts"]
        for pair in pc.value_counts(column.cast(pa.string())).to_pylist()
        if pair["values"] is not None
    }
    frequent = sorted(counts, key=lambda value: (-counts[value], value))[:MAX_CATEGORIES]
    return tuple(sorted(frequent))


def _numbers(feature: Feature, column: pa.ChunkedArray | pa.Array) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_null(column.type) and not _fits(feature.type, column.type):
        raise ModelError(
            f"feature '{feature.name}' is {column.type} in the rows, the model takes {feature.type}",
            where="signature of the model",
            fix=f"give it as {_EXAMPLES[feature.type]}, or null",
        )
    if feature.type == CATEGORY:
        column = pc.index_in(column.cast(pa.string()), value_set=pa.array(feature.categories, pa.string()))
        numbers = column.cast(pa.float64())
    elif feature.type == "timestamp" and not pa.types.is_null(column.type):
        numbers = _seconds(column)
    else:
        numbers = column.cast(pa.float64(), safe=False)
    return numbers.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _fits(wanted: str, kind: pa.DataType) -> bool:
    """Whether values of an Arrow type can be encoded as a feature's type."""
    from pyarrow import types

    if wanted == CATEGORY:
        return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))
    if wanted == "timestamp":
        return bool(types.is_date(kind) or types.is_timestamp(kind))
    return any(test(kind) for test in (types.is_boolean, types.is_integer, types.is_floating, types.is_decimal))


def _seconds(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Seconds since 1970 of dates and timestamps of any unit, however far away."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types, kind = pa.types, column.type
    if types.is_timestamp(kind) and kind.unit == "ns":
        # Less than a microsecond does not count, so that a stored copy gives the same number.
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    if types.is_date32(kind):
        return pc.multiply(column.cast(pa.int32()).cast(pa.float64()), 86_400.0)
    unit = "ms" if types.is_date64(kind) else column.type.unit
    return pc.divide(column.cast(pa.int64()).cast(pa.float64(), safe=False), _PER_SECOND[unit])


_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6}

_EXAMPLES = {
    CATEGORY: "text",
    "timestamp": "a date or timestamp",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
}
