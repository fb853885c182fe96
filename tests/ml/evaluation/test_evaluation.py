from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
import sklearn.metrics

from penstock.core.error import DataError, ModelError, NotFoundError
from penstock.core.plugin import load_plugin
from penstock.ml.evaluation import Evaluation, evaluate
from penstock.ml.models import Model
from penstock.testing.trainer_contract import examples


def fit(classes: list[Any]) -> Model:
    trainer = load_plugin("penstock.trainers", "xgboost")
    found: Model = trainer.fit(
        examples(classes), label="label", features=["number"], params={"num_boost_round": 3, "max_depth": 2}
    )
    return found


def test_figures_are_those_of_scikit_learn_in_any_batches() -> None:
    model, table = fit([False, True]), examples([False, True])
    labels, given = table["label"].to_numpy(), model.predict_proba(table)
    expected = {
        "accuracy": sklearn.metrics.accuracy_score(labels, model.predict(table)),
        "auc": sklearn.metrics.roc_auc_score(labels, given[:, 1]),
        "log_loss": sklearn.metrics.log_loss(labels, given),
    }
    found = evaluate(model, table.to_reader(max_chunksize=33))
    assert dict(found) == pytest.approx(expected, abs=1e-12)
    assert found == evaluate(model, table)
    assert (found.label, found.rows, found.class_names) == ("label", 400, (False, True))


def test_three_classes_have_no_auc() -> None:
    found = evaluate(fit(["a", "b", "c"]), examples(["a", "b", "c"]))
    assert sorted(found) == ["accuracy", "log_loss"]
    with pytest.raises(KeyError, match="no metric 'auc'"):
        found["auc"]


def test_it_reads_like_a_dict() -> None:
    found = Evaluation({"auc": 0.5}, "label", 3, (0, 1))
    assert (found["auc"], found.get("f1"), "auc" in found, len(found), list(found)) == (0.5, None, True, 1, ["auc"])
    with pytest.raises(NotFoundError, match="did you mean 'auc'"):
        found["aux"]
    assert Evaluation.from_json(found.to_json()) == found


def test_another_column_can_hold_the_truth() -> None:
    table = examples([0, 1])
    renamed = table.rename_columns(["number", "text", "flag", "truth"])
    model = fit([0, 1])
    assert dict(evaluate(model, renamed, label="truth")) == dict(evaluate(model, table))
    with pytest.raises(DataError, match="label 'label' is no column"):
        evaluate(model, renamed)


@pytest.mark.parametrize(
    ("rows", "error", "what"),
    [
        ({"number": [1.0], "label": [None]}, DataError, "1 of 1 labels are missing"),
        ({"number": [1.0], "label": [7]}, DataError, "none of the classes"),
        ({"number": [1.0, 2.0], "label": [1, 1]}, DataError, "of one class"),
        ({"numbr": [1.0], "label": [1]}, ModelError, "did you mean 'numbr'"),
    ],
)
def test_rows_that_cannot_be_judged(rows: dict[str, list[Any]], error: type[Exception], what: str) -> None:
    table = pa.table({**rows, "label": pa.array(rows["label"], pa.int64())})
    with pytest.raises(error, match=what):
        evaluate(fit([0, 1]), table)


def test_no_rows() -> None:
    with pytest.raises(DataError, match="there are n"):
        evaluate(fit([0, 1]), examples([0, 1]).slice(0, 0))
