"""Stage `split`: rows for training, and rows held out."""

from __future__ import annotations

from typing import NamedTuple

from penstock.core.error import DataError
from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset

TRAIN, EVAL = "train", "eval"


class Splits(NamedTuple):
    """The rows to learn from, and the rows to judge by."""

    train: Dataset
    eval: Dataset


@step
def split(
    data: Dataset,
    *,
    fractions: dict[str, float] = {TRAIN: 0.8, EVAL: 0.2},  # noqa: B006
    key: str = "",
) -> Splits:
    """Split rows by a hash of their content (`penstock.ml.data.split` defines it).

    Equal rows, and rows with equal keys, go the same way, in any order and from any layout of files.

    Parameters
    ----------
    data : Dataset
    fractions : dict of str to float
        Parts of ``train`` and ``eval``, 1 in all.
    key : str
        Column whose value decides; empty for the whole row.

    Raises
    ------
    DataError
        If the fractions do not add up, the key is no column, or a whole row holds lists or structs.
    """
    from penstock.ml.data.split import split_query

    if set(fractions) != {TRAIN, EVAL}:
        raise DataError(
            f"fractions name {', '.join(sorted(fractions)) or 'nothing'}",
            where="stage 'split'",
            fix='name both splits: {"train": 0.8, "eval": 0.2}',
        )
    parts = (data.sql(split_query(data.schema, fractions, name, key=key)) for name in Splits._fields)
    return Splits(*parts)
