from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from penstock.ml.data.leakage.feature_counts import feature_counts
from penstock.ml.data.leakage.options import LeakageOptions, Request
from penstock.ml.data.leakage.predictor import Power, auc_of, power_of, power_of_missing
from penstock.ml.data.leakage.rows import open_rows

RANDOM = np.random.default_rng(3)


def power(feature: Any, label: Any, *, missing: bool = False) -> Power:
    table = pa.table({"x": feature, "y": label, "noise": RANDOM.normal(size=len(label))})
    rows = open_rows(table, Request("y", "", "", "", LeakageOptions()))
    assert rows.label is not None
    counts = feature_counts(rows, rows.column("x"))
    return (power_of_missing if missing else power_of)(counts, len(rows.label.classes))


def test_auc_is_that_of_scikit_learn() -> None:
    scores, labels = RANDOM.integers(0, 30, 500), RANDOM.integers(0, 2, 500)
    found = auc_of(scores, labels, 1 - labels)
    assert found == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert auc_of(scores, labels * 0, labels) == 0.5


def test_the_auc_of_a_number_is_exact_in_either_direction() -> None:
    label = RANDOM.random(2000) < 0.3
    x = RANDOM.normal(size=2000) - 2 * label
    assert power(x, label).auc == pytest.approx(roc_auc_score(label, -x), abs=0.01)


def test_noise_and_identifiers_tell_nothing() -> None:
    label = RANDOM.random(3000) < 0.4
    for feature in (RANDOM.normal(size=3000), [f"id{i}" for i in range(3000)], [f"pair{i // 2}" for i in range(3000)]):
        found = power(feature, label)
        assert found.skill < 0.05
        assert found.auc < 0.56


def test_categories_and_values_without_order() -> None:
    codes = RANDOM.integers(0, 200, 4000)
    hidden = RANDOM.random(200) < 0.5
    for feature in (codes, [f"c{code}" for code in codes]):
        found = power(feature, hidden[codes])
        assert found.skill > 0.97
        assert found.auc > 0.99


def test_a_number_that_tells_without_being_monotone() -> None:
    x = RANDOM.normal(size=5000)
    found = power(x, abs(x) < 1)
    assert found.skill > 0.9
    assert found.auc > 0.97


def test_several_classes() -> None:
    label = RANDOM.integers(0, 4, 2000)
    assert power(label + RANDOM.normal(size=2000) / 50, [f"class {one}" for one in label]).skill > 0.97
    assert power(RANDOM.normal(size=2000), [f"class {one}" for one in label]).skill < 0.1


def test_quantities_by_their_ranks() -> None:
    y = np.exp(3 * RANDOM.normal(size=5000))
    assert power(np.log(y), y).skill > 0.99
    assert power(-(y**3), y).skill > 0.99
    assert power(y * np.exp(RANDOM.normal(size=5000)), y).skill == pytest.approx(0.9, abs=0.06)
    assert power(RANDOM.normal(size=5000), y).skill < 0.03


def test_missing_values_and_missing_labels() -> None:
    label = [None if i % 10 == 0 else i % 3 == 0 for i in range(3000)]
    feature = [None if one else 1.0 for one in label]
    assert power(feature, label, missing=True).skill == 1
    assert power(feature, label).num_rows == 2700
    text = ["  " if one else "x" for one in label]
    assert power(text, label, missing=True).skill == 1
    assert power([float("nan") if one else 2.0 for one in label], label, missing=True).skill == 1
