from __future__ import annotations

from pathlib import Path

from penstock.core.context import StepContext, set_current_step
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.stages import evaluate, train
from penstock.testing.trainer_contract import examples


def test_figures_are_given_and_logged(tmp_path: Path) -> None:
    write_parquet(examples([False, True]), tmp_path / "a.parquet")
    data = Dataset(tmp_path)
    model = train(data, "label", "xgboost", params={"num_boost_round": 5})
    sent: list[dict[str, object]] = []
    set_current_step(StepContext("r", "p", "evaluate", -1, 1, tmp_path, sent.append, lambda: False))
    try:
        evaluation = evaluate(model, data)
    finally:
        set_current_step(None)
    assert sorted(evaluation) == ["accuracy", "auc", "log_loss"]
    assert sent == [{"type": "metrics", "values": dict(evaluation), "training_step": 0}]
    assert evaluate(model, data, "label") == evaluation
