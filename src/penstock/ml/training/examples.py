"""The examples that a trainer fits: encoded features and coded labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.stream import open_stream
from penstock.ml.models.label import check_label, label_codes
from penstock.ml.models.signature import Signature, check_features, infer_signature

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

WHERE = "training data"


@dataclass(frozen=True, slots=True)
class Examples:
    """What a trainer needs.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_features)
        As ``signature.encode`` gives it.
    y : ndarray of int64, shape (n_rows,)
        Places in ``class_names``.
    signature : Signature
    class_names : tuple of str, int or bool
        Sorted.
    """

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    signature: Signature
    class_names: tuple[str | int | bool, ...]


def read_examples(train: Any, *, label: str, features: Sequence[str]) -> Examples:
    """Read the columns that training needs.

    Parameters
    ----------
    train : anything with ``__arrow_c_stream__``
    label : str
        Column with the classes: boolean, integer (0 and 1 for two classes, or any others) or text.
    features : sequence of str
        Columns to learn from.

    Raises
    ------
    DataError
        If there is no row; if the label or a feature is no column; if the features are none, repeat a name or hold
        the label; if a label is missing or of another type, or the labels have fewer than two or more than 1,000
        classes.
    """
    table = _read(train, label, features)
    class_names, y = label_codes(table.column(label), label)
    signature = infer_signature(table, label=label, features=features)
    return Examples(signature.encode(table), y, signature, class_names)


def _read(train: Any, label: str, features: Sequence[str]) -> pa.Table:
    """The label and the features, in the order of the columns; of a lazy data set nothing else is read."""
    import pyarrow as pa

    rows = train if isinstance(train, Dataset) else open_stream(train, where=WHERE)
    names = rows.schema.names
    check_label(label, names, where=WHERE)
    check_features(features, names, label=label)
    wanted = [name for name in names if name == label or name in set(features)]
    if isinstance(rows, Dataset):
        return rows.scan(columns=wanted).read_all()
    fields = pa.schema([rows.schema.field(name) for name in wanted])
    return pa.Table.from_batches([batch.select(wanted) for batch in rows], fields)
