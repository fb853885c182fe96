"""Labels of classifiers as the places of their classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from penstock.core.error import DataError, closest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

MAX_CLASSES = 1000


def check_label(label: str, columns: Sequence[str], *, where: str) -> None:
    """Refuse a label that is no column.

    Raises
    ------
    DataError
        With the closest name.
    """
    if label not in columns:
        raise DataError(
            f"the label '{label}' is no column; {closest(label, columns)}", where=where, fix="use the name of a column"
        )


def label_codes(
    column: pa.ChunkedArray, label: str, class_names: Sequence[str | int | bool] = ()
) -> tuple[tuple[str | int | bool, ...], NDArray[np.int64]]:
    """Classes of a label column, and the place of each row's class among them.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
    label : str
        Its name, for messages.
    class_names : sequence of str, int or bool
        The classes; by default those of the column, sorted, at least two.

    Raises
    ------
    DataError
        If a label is missing, or is no boolean, whole number or text; if there are fewer than two or more than
        1,000 classes; if a value is none of ``class_names``.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _plain(column, label)
    found = sorted(pc.unique(column).to_pylist())
    if not class_names and not 2 <= len(found) <= MAX_CLASSES:
        raise DataError(
            f"the label has {len(found)} classes{f': {found[0]!r}' if found else ''}",
            where=f"label '{label}'",
            fix=f"give rows of at least two classes, and at most {MAX_CLASSES}",
        )
    names = tuple(class_names) or tuple(found)
    # In Python 1 == True; as labels they differ.
    strange = [value for value in found if value not in names or type(value) is not type(names[0])]
    if strange:
        raise DataError(
            f"the label holds {strange[0]!r}, which is none of the classes {list(names)[:10]}",
            where=f"label '{label}'",
            fix="give rows with the classes that the model was trained on",
        )
    codes = pc.index_in(column, value_set=pa.array(names, column.type))
    return names, codes.to_numpy(zero_copy_only=False).astype(np.int64)


def _plain(column: pa.ChunkedArray, label: str) -> pa.ChunkedArray:
    """The labels as booleans, integers or text, none missing."""
    import pyarrow as pa

    types = pa.types
    where = f"label '{label}'"
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count:
        raise DataError(
            f"{column.null_count} of {len(column)} labels are missing",
            where=where,
            fix="fill them or remove these rows in a step before",
        )
    kind = column.type
    if types.is_large_string(kind) or types.is_string_view(kind):
        return column.cast(pa.string())
    if types.is_integer(kind) or types.is_floating(kind):
        return _whole(column, where)
    if not (types.is_boolean(kind) or types.is_string(kind)):
        raise _no_classes(str(kind), where)
    return column


def _whole(column: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise _no_classes(f"{column.type}, and not all values are whole numbers of 64 bits", where) from error


def _no_classes(what: str, where: str) -> DataError:
    return DataError(
        f"the label is {what}; classes are booleans, integers or text",
        where=where,
        fix="derive a class in a step before, for instance tips > 0.2 * fare",
    )
