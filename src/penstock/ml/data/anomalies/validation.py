"""Statistics against a schema: the checks of each feature, of the data set, and of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from penstock.core.error import UsageError, closest
from penstock.ml.data.anomalies.anomalies import Anomalies
from penstock.ml.data.anomalies.feature_checks import FeatureChecks, check_all
from penstock.ml.data.anomalies.finding import Finding
from penstock.ml.data.anomalies.fix import fix_of
from penstock.ml.data.anomalies.message import FORMAT, to_message
from penstock.ml.data.anomalies.problem import Context, Problem
from penstock.ml.data.anomalies.rows import find_rows
from penstock.ml.data.anomalies.search import Case
from penstock.ml.data.anomalies.sql_check import not_run, run_checks
from penstock.ml.data.anomalies.table_source import as_dataset
from penstock.ml.data.metadata.anomalies import AnomaliesMessage
from penstock.ml.data.metadata.statistics import DatasetStatistics
from penstock.ml.data.schema.check import split_checks
from penstock.ml.data.schema.environment import check_environment
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.schema_view import SchemaView
from penstock.ml.data.schema.statistics_view import DatasetView, StateOf, is_weighted
from penstock.ml.data.statistics.all_rows import all_rows

if TYPE_CHECKING:
    from penstock.ml.data.statistics.state import DatasetState

MAX_ROWS = 10


class Controls(TypedDict, total=False):
    """Statistics to compare with: `Statistics`, or their message.

    Parameters
    ----------
    previous
        Of earlier data, for drift.
    serving
        Of the data at serving time, for skew.
    version
        Of an earlier version of the same data, for the number of rows.
    """

    previous: Any
    serving: Any
    version: Any


def validate(
    statistics: Any,
    schema: Any,
    *,
    environment: str = "",
    data: Any = None,
    max_rows: int = MAX_ROWS,
    **controls: Unpack[Controls],
) -> Anomalies:
    """What is wrong with a data set, by its statistics and a schema.

    Parameters
    ----------
    statistics : Statistics, StatisticsList or DatasetStatistics
        Of all rows.
    schema : Schema or SchemaMessage
        What the data must look like. Its checks in SQL need `data`.
    environment : str
        One that the schema names; features that it keeps out of it are not expected.
    data : Dataset, source, or anything with ``__arrow_c_stream__``, optional
        The rows; then each finding says which of them offend.
    max_rows : int
        Rows that a finding lists at most; 0 for none.
    previous, serving, version : Statistics, StatisticsList or DatasetStatistics, optional
        To compare with.

    Returns
    -------
    Anomalies

    Raises
    ------
    DataError
        If there are no statistics of all rows, the schema does not name the environment, a check of the schema is no
        SQL, or the data cannot be read.
    UsageError
        If a parameter has another name, or `max_rows` is below 0.

    Notes
    -----
    The semantics are those of TensorFlow Data Validation 1.16.1. Where it passes over what the schema asks for, or
    measures 0 whatever the data, there is a finding instead.
    """
    if max_rows < 0:
        raise UsageError(f"max_rows is {max_rows}", where="validate()", fix="give a number of rows, 0 for none")
    context = _context(statistics, schema, environment, controls)
    message = context.schema.message
    if not context.data.statistics.num_examples:
        return Anomalies.of(AnomaliesMessage(baseline=message, anomaly_name_format=FORMAT, data_missing=True))
    found = tuple(check_all(context))
    cases = [Case(_finding(checked, problem), problem.detail, checked.feature) for checked in found
             for problem in checked.problems]  # fmt: skip
    checks = split_checks(message.annotation)[0]
    if data is None:
        findings = (*(case.finding for case in cases), *map(not_run, checks))
    else:
        rows = as_dataset(data)
        findings = (*find_rows(cases, context.schema, rows, max_rows), *run_checks(checks, rows, max_rows))
    measured = {checked.path: checked.measured for checked in found if checked.measured}
    return Anomalies(to_message(message, findings, measured), findings)


def _context(statistics: Any, schema: Any, environment: str, controls: Controls) -> Context:
    unknown = controls.keys() - Controls.__annotations__.keys()
    if unknown:
        raise UsageError(
            f"validate() has no parameter '{min(unknown)}'; {closest(min(unknown), Controls.__annotations__)}",
            where="validate()",
            fix="correct the name",
        )
    chosen = all_rows(statistics, where="validate()")
    by_weight = is_weighted(chosen)
    schema_view = SchemaView.of(schema, where="validate()")
    if environment:
        check_environment(schema_view.message, environment, where="validate(environment=...)")
    others = {
        name: DatasetView(all_rows(given, where="validate()", what=f"the {name} statistics"), by_weight)
        for name, given in controls.items()
        if given is not None
    }
    return Context(DatasetView(chosen, by_weight, _state_of(statistics, chosen)), schema_view, environment, **others)


def _state_of(statistics: Any, chosen: DatasetStatistics) -> StateOf:
    """What knows the state behind statistics; reading it takes time, so it waits until somebody asks."""

    def state() -> DatasetState | None:
        states: tuple[DatasetState, ...] = getattr(statistics, "states", ())
        if not states:
            return None
        places = [place for place, one in enumerate(statistics.message.datasets) if one is chosen]
        return states[places[0]] if places else None

    return state


def _finding(checked: FeatureChecks, problem: Problem) -> Finding:
    name = path_text(checked.path) if checked.path else ""
    return Finding(
        feature=name,
        type=problem.type,
        severity=checked.severity,
        short=problem.short,
        description=problem.description,
        note=problem.note,
        fix=fix_of(problem.type, name),
    )
