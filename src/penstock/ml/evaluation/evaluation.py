"""The evaluation of a model on a data set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, NotFoundError, closest

if TYPE_CHECKING:
    from penstock.ml.models.model import Model


@dataclass(frozen=True)
class Evaluation(Mapping[str, float]):
    """Figures of a model on a data set, read like a dict: ``evaluation["auc"]``.

    Parameters
    ----------
    metrics : mapping of str to float
        Figures by name.
    label : str
        Column that was predicted.
    rows : int
        Number of examples.
    class_names : tuple of str, int or bool
        Of two classes the second is the positive one.
    """

    metrics: Mapping[str, float] = field(hash=False)
    label: str
    rows: int
    class_names: tuple[str | int | bool, ...]

    def __getitem__(self, key: str) -> float:
        """The figure of that name.

        Raises
        ------
        NotFoundError
            If it was not computed; also a KeyError.
        """
        if key not in self.metrics:
            raise NotFoundError(
                f"there is no metric '{key}'; {closest(key, self.metrics)}",
                where=f"evaluation of label '{self.label}'",
                fix="use one of the known names",
            )
        return self.metrics[key]

    def __contains__(self, key: object) -> bool:
        return key in self.metrics

    def __iter__(self) -> Iterator[str]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    def to_json(self) -> dict[str, Any]:
        """JSON form; `from_json` reads it back."""
        return {
            "metrics": dict(self.metrics),
            "label": self.label,
            "rows": self.rows,
            "class_names": list(self.class_names),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evaluation:
        """Read what `to_json` wrote."""
        return cls(dict(data["metrics"]), data["label"], data["rows"], tuple(data["class_names"]))


def evaluate(model: Model, data: Any, *, label: str = "") -> Evaluation:
    """Apply a model to labelled rows and compute its figures.

    Accuracy and log loss for any number of classes; AUC where there are two.

    Parameters
    ----------
    model : Model
    data : anything with ``__arrow_c_stream__``
        Raw rows with the label.
    label : str
        Column with the true classes; the one the model was trained on by default.

    Raises
    ------
    DataError
        If the label is no column, has missing values or unknown classes, or a metric is not defined.
    ModelError
        If the rows do not fit the model's signature.
    """
    import numpy as np
    import pyarrow as pa

    from penstock.ml.data.stream import open_stream
    from penstock.ml.evaluation.metrics import accuracy, auc, log_loss
    from penstock.ml.models.label import check_label, label_codes

    name = label or model.signature.label
    codes, probabilities = [], []
    reader = open_stream(data, where="evaluation data")
    check_label(name, reader.schema.names, where="evaluation data")
    for batch in reader:
        column = pa.chunked_array([batch.column(name)])
        codes.append(label_codes(column, name, model.class_names)[1])
        probabilities.append(model.predict_proba(pa.Table.from_batches([batch])))
    if not codes:
        raise DataError("there are no rows", where="evaluation data", fix="evaluate on at least one row")
    true, given = np.concatenate(codes), np.concatenate(probabilities)
    metrics = {"accuracy": accuracy(true, given.argmax(axis=1)), "log_loss": log_loss(true, given)}
    if len(model.class_names) == 2:
        metrics["auc"] = auc(true, given[:, 1])
    return Evaluation(dict(sorted(metrics.items())), name, len(true), model.class_names)
