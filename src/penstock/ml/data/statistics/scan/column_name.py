"""Names that features can have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from penstock.core.error import DataError


def check_names(schema: pa.Schema, *, where: str) -> None:
    """Refuse names that no feature could be told by, of columns and of the fields inside of structs.

    Raises
    ------
    DataError
        If there is no column, or a name is empty or repeats.
    """
    if not schema.names:
        raise DataError("the table has no columns", where=where, fix="give it at least one column")
    _check(schema.names, "column", where)
    for field in schema:
        _check_fields(field.type, f"{where}, column '{field.name}'")


def _check(names: Sequence[str], kind: str, where: str) -> None:
    name, times = max(Counter(names).items(), key=lambda item: item[1], default=("", 0))
    if times > 1:
        raise DataError(
            f"{kind} '{name}' appears {times} times",
            where=where,
            fix=f"rename the {kind}s so that each name is used once",
        )
    if "" in names:
        raise DataError(
            f"{kind} {names.index('') + 1} of {len(names)} has an empty name",
            where=where,
            fix=f"give the {kind} a name",
        )


def _check_fields(kind: pa.DataType, where: str) -> None:
    if pa.types.is_struct(kind) and kind.num_fields:
        _check([field.name for field in kind], "field", where)
    if pa.types.is_nested(kind):
        for place in range(kind.num_fields):
            _check_fields(kind.field(place).type, where)
