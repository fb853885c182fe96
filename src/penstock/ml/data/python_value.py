"""Arrow values as Python's, also those that Python has no place for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def python_rows(rows: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
    """The rows as mappings; a date or time beyond the years 1 to 9999 comes as text: its number and unit.

    Examples
    --------
    >>> import pyarrow as pa
    >>> python_rows(pa.table({"day": pa.array([0, 2**31 - 1], pa.date32())}))
    [{'day': datetime.date(1970, 1, 1)}, {'day': '2147483647 (date32[day])'}]
    """
    try:
        plain: list[dict[str, Any]] = rows.to_pylist()
        return plain
    except (OverflowError, ValueError):
        # Slower; only where some value needs it.
        names = rows.schema.names
        columns = [[_value(scalar) for scalar in column] for column in rows.columns]
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _value(scalar: pa.Scalar) -> Any:
    import pyarrow as pa

    if not scalar.is_valid:
        return None
    if isinstance(scalar, pa.StructScalar):
        return {name: _value(part) for name, part in scalar.items()}
    if isinstance(scalar, (pa.ListScalar, pa.LargeListScalar, pa.FixedSizeListScalar)):
        return [_value(part) for part in scalar.values]
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return f"{getattr(scalar, 'value', scalar)} ({scalar.type})"
