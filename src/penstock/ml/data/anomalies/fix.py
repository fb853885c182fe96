"""What can be done about an anomaly."""

from __future__ import annotations

import shlex

from penstock.ml.data.metadata.anomaly_type import AnomalyType

RELAX = "penstock data schema STATS --schema SCHEMA --relax"
"""How the command begins that loosens a schema; the feature and the output follow."""

_BY_TYPE: dict[str, str] = {
    "SCHEMA_NEW_COLUMN": "drop the column, or add it to the schema: {relax}",
    "SCHEMA_MISSING_COLUMN": "bring the column back, or let it be absent: {relax}",
    "COMPARATOR_CONTROL_DATA_MISSING": "compare with statistics that have the feature, or drop its comparator",
    "STATS_NOT_AVAILABLE": "compute the statistics that the schema asks for, or drop the constraint",
    "NO_DATA_IN_SPAN": "give a data set that has rows",
    "CUSTOM_VALIDATION": "correct the rows, or the check in the schema",
}
_BY_START = {
    "COMPARATOR_": "find out why the data have changed; if they may, raise the threshold: {relax}",
    "INVALID_": "correct the schema",
    "FEATURE_MISSING_": "correct the schema",
    "DERIVED_": "correct the schema",
    "SEMANTIC_": "add the domain to the schema: {relax}",
    "DATASET_": "find out where rows are missing or from where they come, or change dataset_constraints in the schema",
}
_DEFAULT = "correct the rows, or relax the schema: {relax}"
_COLLISION = "rename one of the features in the schema"
_COUNTS = "COMPARATOR_LOW_NUM_EXAMPLES", "COMPARATOR_HIGH_NUM_EXAMPLES"


def fix_of(kind: AnomalyType, feature: str) -> str:
    """Advice for a type of anomaly.

    Examples
    --------
    >>> fix_of("INT_TYPE_BIG_INT", "fare")
    'correct the rows, or relax the schema: penstock data schema STATS --schema SCHEMA --relax fare -o SCHEMA'
    """
    if kind.endswith("_NAME_COLLISION"):
        return _COLLISION
    if kind in _COUNTS:
        return _BY_START["DATASET_"]
    starts = (advice for start, advice in _BY_START.items() if kind.startswith(start))
    return (_BY_TYPE.get(kind) or next(starts, _DEFAULT)).format(relax=f"{RELAX} {shlex.quote(feature)} -o SCHEMA")
