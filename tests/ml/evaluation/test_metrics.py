from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.evaluation import accuracy, auc, log_loss

BINARY = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 1.0]) | st.floats(0, 1)), min_size=2)


@given(BINARY.filter(lambda rows: len({label for label, _ in rows}) == 2))
def test_auc_is_that_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    labels, scores = zip(*rows, strict=True)
    assert auc(labels, scores) == pytest.approx(sklearn.metrics.roc_auc_score(labels, scores), abs=1e-12)


@given(BINARY.filter(lambda rows: len({label for label, _ in rows}) == 2))
def test_auc_is_the_share_of_won_pairs(rows: list[tuple[bool, float]]) -> None:
    wins = [
        1.0 if positive > negative else 0.5 if positive == negative else 0.0
        for label, positive in rows
        for other, negative in rows
        if label and not other
    ]
    assert auc(*zip(*rows, strict=True)) == pytest.approx(sum(wins) / len(wins), abs=1e-15)


def test_auc_of_many_is_exact() -> None:
    random = np.random.default_rng(0)
    labels = random.random(200_000) < 0.3
    scores = np.round(labels + random.normal(size=200_000), 2)
    assert auc(labels, scores) == pytest.approx(sklearn.metrics.roc_auc_score(labels, scores), abs=1e-12)
    order = random.permutation(200_000)
    assert auc(labels[order], scores[order]) == auc(labels, scores)
    assert auc(labels, np.exp(scores)) == auc(labels, scores)


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_log_loss_and_accuracy_are_those_of_scikit_learn(n_classes: int) -> None:
    random = np.random.default_rng(n_classes)
    given_probabilities = random.dirichlet(np.ones(n_classes), size=500)
    given_probabilities[0] = np.eye(n_classes)[0]
    labels = random.integers(0, n_classes, 500)
    labels[0] = 1
    expected = sklearn.metrics.log_loss(labels, given_probabilities, labels=range(n_classes))
    assert log_loss(labels, given_probabilities) == pytest.approx(expected, abs=1e-12)
    predicted = given_probabilities.argmax(axis=1)
    assert accuracy(labels, predicted) == sklearn.metrics.accuracy_score(labels, predicted)
    order = random.permutation(500)
    assert log_loss(labels[order], given_probabilities[order]) == log_loss(labels, given_probabilities)


@pytest.mark.parametrize("labels", [[True, True], [False]])
def test_auc_of_one_class_is_not_defined(labels: list[bool]) -> None:
    with pytest.raises(DataError, match="of one class"):
        auc(labels, [0.5] * len(labels))


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: auc([0, 1], [0.1, float("nan")]), "1 scores are NaN"),
        (lambda: auc([0, 1], [0.1]), "do not fit"),
        (lambda: auc([], []), "there are none"),
        (lambda: accuracy([], []), "there are none"),
        (lambda: accuracy([1], [1, 2]), "do not fit"),
        (lambda: log_loss([0], [[0.5, float("nan")]]), "NaN or outside"),
        (lambda: log_loss([0], [[1.5, -0.5]]), "NaN or outside"),
        (lambda: log_loss([0, 1], [[0.5, 0.5]]), "do not fit"),
        (lambda: log_loss([0], [0.5]), "do not fit"),
    ],
)
def test_what_cannot_be_judged(call: Any, what: str) -> None:
    with pytest.raises(DataError, match=what):
        call()
