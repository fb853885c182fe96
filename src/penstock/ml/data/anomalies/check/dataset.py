"""Whether a data set has as many rows as it should, by itself and against an earlier one."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.ml.data.anomalies.problem import Context, Problem
from penstock.ml.data.metadata.schema import DatasetConstraints, NumericValueComparator
from penstock.ml.data.schema.statistics_view import DatasetView


def dataset(context: Context) -> Iterator[Problem]:
    """Too few or too many rows."""
    constraints = context.schema.message.dataset_constraints
    if constraints is None:
        return
    drift, version = constraints.num_examples_drift_comparator, constraints.num_examples_version_comparator
    yield from _against(context.data, context.previous, drift, "previous span")
    yield from _against(context.data, context.version, version, "previous version")
    yield from _count(context.data.num_examples, constraints)


def _against(
    data: DatasetView, control: DatasetView | None, bounds: NumericValueComparator | None, name: str
) -> Iterator[Problem]:
    if control is None or bounds is None:
        return
    least, most = bounds.min_fraction_threshold, bounds.max_fraction_threshold
    if not control.num_examples:
        if most is not None:
            yield Problem(
                "COMPARATOR_HIGH_NUM_EXAMPLES",
                f"High num examples in current dataset versus the {name}, which has 0.",
                f"The {name} has no rows, so that any number is too high against it.",
            )
        return
    ratio = data.num_examples / control.num_examples
    told = f"The data set has {ratio:.6g} times as many rows as the {name}"
    if most is not None and ratio > most:
        yield Problem(
            "COMPARATOR_HIGH_NUM_EXAMPLES",
            f"High num examples in current dataset versus the {name}.",
            f"{told}, above the threshold {most:.6g}.",
        )
    if least is not None and ratio < least:
        yield Problem(
            "COMPARATOR_LOW_NUM_EXAMPLES",
            f"Low num examples in current dataset versus the {name}.",
            f"{told}, below the threshold {least:.6g}.",
        )


def _count(rows: float, constraints: DatasetConstraints) -> Iterator[Problem]:
    least, most = constraints.min_examples_count, constraints.max_examples_count
    if least is not None and rows < least:
        yield Problem(
            "DATASET_LOW_NUM_EXAMPLES",
            "Low num examples in dataset.",
            f"The data set has {rows:.15g} rows, at least {least} are expected.",
        )
    if most is not None and rows > most:
        yield Problem(
            "DATASET_HIGH_NUM_EXAMPLES",
            "High num examples in dataset.",
            f"The data set has {rows:.15g} rows, at most {most} are expected.",
        )
