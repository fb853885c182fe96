"""The search for leakage: before training, what gives the label away, and what splits share that they should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penstock.ml.data.leakage.duplicate import find_duplicates, find_near_duplicates
from penstock.ml.data.leakage.feature_counts import feature_counts
from penstock.ml.data.leakage.future import find_future_values
from penstock.ml.data.leakage.group import find_shared_groups
from penstock.ml.data.leakage.identifier import find_constant, find_identifier
from penstock.ml.data.leakage.image import find_near_duplicate_images, image_column
from penstock.ml.data.leakage.label_leak import label_leaks
from penstock.ml.data.leakage.leakage import Finding, Leakage
from penstock.ml.data.leakage.options import LeakageOptions, Request
from penstock.ml.data.leakage.rows import Column, Rows, open_rows
from penstock.ml.data.leakage.split_shift import split_shifts

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_leakage(
    data: Any | Mapping[str, Any],
    *,
    label: str = "",
    splits: str = "",
    time: str = "",
    label_time: str = "",
    options: LeakageOptions = LeakageOptions(),  # noqa: B008
) -> Leakage:
    """Search data for what a model should not know.

    Parameters
    ----------
    data : anything with ``__arrow_c_stream__``, or a mapping of str to such
        One table, or several with the same columns by the name of their split. The split ``train``, else the largest,
        is the one that the others are held against.
    label : str
        A column, or an SQL expression over the row: ``tips > 0.2 * fare``. Without one, nothing is asked about it.
    splits : str
        Column that names each row's split, where ``data`` is one table.
    time : str
        Column with the moment at which the prediction is made; what is later could not be known.
    label_time : str
        Column with the moment at which the label became known.
    options : LeakageOptions
        Keys, identifiers, images, columns to ignore, and how many rows are judged.

    Returns
    -------
    Leakage
        The findings, strongest first. The same rows in any order give the same findings.

    Raises
    ------
    DataError
        If the data are empty or cannot be read, a named column is none, or the label has one value only.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = pa.table({"x": [i % 7 for i in range(200)], "copy": [i % 2 * 5 for i in range(200)],
    ...                  "y": [i % 2 for i in range(200)]})
    >>> [(finding.feature, finding.kind) for finding in find_leakage(rows, label="y").findings]
    [('copy', 'label_copy')]
    """
    rows = open_rows(data, Request(label, splits, time, label_time, options))
    images = image_column(rows)
    findings = _of_features(rows, [column for column in rows.features() if column != images])
    known_ids = {finding.feature for finding in findings if finding.kind == "identifier"} | set(options.ids)
    findings += find_future_values(rows)
    findings += find_duplicates(rows, known_ids)
    if len(rows.splits) > 1:
        findings += find_near_duplicates(rows, known_ids)
        findings += find_shared_groups(rows, known_ids)
        findings += find_near_duplicate_images(rows, images) if images else []
    return Leakage(findings, label, rows.num_rows, rows.splits)


def _of_features(rows: Rows, features: list[Column]) -> list[Finding]:
    """What each feature shows on its own; each is counted once."""
    found: list[Finding] = []
    for column in features:
        counts = feature_counts(rows, column)
        constant = find_constant(counts)
        if constant:
            found.append(constant)
            continue
        identifier = find_identifier(rows, counts)
        if identifier:
            found.append(identifier)
        if rows.label:
            found += label_leaks(rows, counts, rows.label)
        if len(rows.splits) > 1 and not identifier:
            found += split_shifts(rows, counts, len(features))
    return found
