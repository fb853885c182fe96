"""What every `Trainer` of classifiers must do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from penstock.core.plugin import load_plugin
from penstock.core.protocol import Trainer

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = "penstock.trainers"
ROWS = 400


class TrainerContract:
    """Subclass it and name the entry point.

    Attributes
    ----------
    entry_point : str
        Name of the framework.
    params : dict
        Settings that keep the training short.
    """

    entry_point: str
    params: ClassVar[dict[str, Any]] = {}

    def fit(self, table: pa.Table, *, label: str = "label", seed: int = 0) -> Any:
        """A model of the plug-in under test."""
        trainer: Trainer = load_plugin(GROUP, self.entry_point)
        features = [name for name in table.schema.names if name != label]
        return trainer.fit(table, label=label, features=features, seed=seed, params=self.params)

    def test_satisfies_its_protocol(self) -> None:
        """It declares its capabilities."""
        found = load_plugin(GROUP, self.entry_point)
        assert isinstance(found, Trainer)
        assert isinstance(found.capabilities, frozenset)

    def test_learns_from_raw_rows(self) -> None:
        """Numbers, text, booleans and gaps need no preparation; the model answers with the classes of the label."""
        table = examples([False, True])
        predicted = self.fit(table).predict(table)
        hits = sum(int(left == right) for left, right in zip(predicted, table["label"].to_pylist(), strict=True))
        assert hits > 0.9 * ROWS

    def test_a_column_without_any_value_does_no_harm(self) -> None:
        """Rare features may be all missing in one split, and there in another."""
        import pyarrow as pa

        table = examples([False, True])
        model = self.fit(table.append_column("rare", pa.nulls(ROWS, pa.float64())))
        there = table.append_column("rare", pa.array([1e9] * ROWS))
        missing = table.append_column("rare", pa.nulls(ROWS))
        assert (model.predict_proba(there) == model.predict_proba(missing)).all()

    def test_takes_classes_of_text(self) -> None:
        """Three classes, by name; probabilities sum to 1."""
        table = examples(["bad", "fair", "good"])
        model = self.fit(table)
        assert set(model.predict(table).tolist()) <= {"bad", "fair", "good"}
        assert abs(model.predict_proba(table).sum(axis=1) - 1).max() < 1e-6

    def test_the_same_training_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """Unless it says that it cannot: then ``deterministic`` is no capability of it."""
        if "deterministic" not in load_plugin(GROUP, self.entry_point).capabilities:
            pytest.skip("the trainer does not claim to be deterministic")
        contents = []
        for name in ("a", "b"):
            folder = tmp_path / name
            folder.mkdir()
            self.fit(examples([False, True]), seed=7).save(folder)
            contents.append({path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()})
        assert contents[0] == contents[1]


def examples(classes: Sequence[Any]) -> pa.Table:
    """Rows whose ``label`` follows from a number with gaps, a text and a boolean."""
    import numpy as np
    import pyarrow as pa

    random = np.random.default_rng(0)
    number = random.normal(size=ROWS)
    text = random.choice(["x", "y", "z"], ROWS)
    flag = random.random(ROWS) < 0.5
    score = number + 2.0 * (text == "y") + 1.0 * flag
    place = np.searchsorted(np.quantile(score, np.arange(1, len(classes)) / len(classes)), score)
    gaps = random.random(ROWS) < 0.02
    return pa.table(
        {
            "number": pa.array(number, mask=gaps),
            "text": pa.array(text.tolist()),
            "flag": pa.array(flag),
            "label": pa.array([classes[index] for index in place]),
        }
    )
