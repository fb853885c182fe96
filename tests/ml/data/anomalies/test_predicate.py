from __future__ import annotations

from typing import get_args

from penstock.ml.data.anomalies.predicate import CONDITIONS, why_not
from penstock.ml.data.metadata.anomaly_type import AnomalyType


def test_conditions_are_of_types_that_there_are() -> None:
    assert CONDITIONS.keys() <= set(get_args(AnomalyType))


def test_the_others_say_why() -> None:
    assert why_not("SCHEMA_NEW_COLUMN") == "it is about the whole column"
    assert why_not("FEATURE_MISSING_TYPE") == "it is about the schema itself"
    assert why_not("COMPARATOR_CONTROL_DATA_MISSING") != why_not("COMPARATOR_L_INFTY_HIGH")
