"""The model: a fitted estimator that takes raw rows and answers with class names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.canonical import canonical_json, digest_bytes
from penstock.core.error import ModelError, UntrustedError
from penstock.ml.models.flavour import load_flavour
from penstock.ml.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

SCHEMA = 1
MODEL_FILE = "model.json"
NATIVE_FOLDER = "native"


@dataclass(frozen=True)
class Model:
    """A fitted classifier of some framework.

    Parameters
    ----------
    flavour : str
        Framework whose format the weights have: ``sklearn`` or ``xgboost``.
    signature : Signature
        What it takes.
    class_names : tuple of str, int or bool
        What it answers with; the columns of `predict_proba` are in this order.
    requirements : tuple of str
        Pinned distributions that it was made with, ``name==version``.
    native : object
        The framework's own fitted object. It reads the numbers that ``signature.encode`` gives.
    """

    flavour: str
    signature: Signature
    class_names: tuple[str | int | bool, ...]
    requirements: tuple[str, ...]
    native: Any = field(repr=False, compare=False)

    def predict_proba(self, rows: Any) -> NDArray[np.float64]:
        """Probability of each class for each row.

        Parameters
        ----------
        rows : table, mapping, or sequence of mappings
            Raw rows: Arrow, pandas, Polars, a Dataset, dicts. A table is read in batches.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_classes)

        Raises
        ------
        ModelError
            If a feature is missing or of another type.
        """
        import numpy as np

        flavour = load_flavour(self.flavour)
        parts = [
            flavour.predict_proba(self.native, self.signature, self.signature.encode(batch))
            for batch in _batches(rows, [feature.name for feature in self.signature.features])
        ]
        if not parts:
            return np.empty((0, len(self.class_names)))
        return np.concatenate(parts)

    def predict(self, rows: Any) -> NDArray[Any]:
        """The most probable class of each row; of equals the first.

        Parameters
        ----------
        rows
            See `predict_proba`.

        Returns
        -------
        ndarray, shape (n_rows,)
            Of class names: text, integers or booleans.
        """
        import numpy as np

        names: NDArray[Any] = np.array(self.class_names)[self.predict_proba(rows).argmax(axis=1)]
        return names

    def save(self, folder: Path) -> None:
        """Write ``model.json`` and ``native/`` into an existing folder; the same model gives the same bytes."""
        native = folder / NATIVE_FOLDER
        native.mkdir()
        load_flavour(self.flavour).save(self.native, native)
        data = {
            "schema": SCHEMA,
            "flavour": self.flavour,
            "signature": self.signature.to_json(),
            "class_names": list(self.class_names),
            "requirements": list(self.requirements),
            "files": _digests(native),
        }
        (folder / MODEL_FILE).write_text(canonical_json(data) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, trust: bool = False) -> Model:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : Path
        trust : bool
            Load also what can run foreign code.

        Raises
        ------
        ModelError
            If the folder holds no model, one of a newer version, or files that changed since they were written.
        UntrustedError
            If it refers to types that are not known to be harmless, unless ``trust`` is true.
        MissingDependencyError
            If its framework is not installed.
        """
        data = _read(folder / MODEL_FILE)
        _check_files(folder / NATIVE_FOLDER, data["files"])
        native = load_flavour(data["flavour"]).load(folder / NATIVE_FOLDER, trust=trust)
        return cls(
            flavour=data["flavour"],
            signature=Signature.from_json(data["signature"]),
            class_names=tuple(data["class_names"]),
            requirements=tuple(data["requirements"]),
            native=native,
        )


def check_trusted(flavour: str, native: Any, *, where: str) -> None:
    """Refuse a fitted object that could be loaded on trust only, as steps never do.

    Raises
    ------
    UntrustedError
        With the types in question.
    """
    foreign = load_flavour(flavour).untrusted_types(native)
    if foreign:
        raise UntrustedError(
            f"loading the model would run {', '.join(foreign)}, so no other step could take it",
            where=where,
            fix="choose an estimator of scikit-learn itself, or let a step of your own fit it, "
            "Model.save it into a folder that the step returns as a File, and Model.load it with trust=True",
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"there is no {MODEL_FILE}", where=str(path.parent), fix="give a folder that Model.save wrote"
        ) from error
    except ValueError as error:
        raise ModelError(f"{MODEL_FILE} is no JSON: {error}", where=str(path), fix="train the model again") from error
    if data.get("schema") != SCHEMA:
        raise ModelError(
            f"the model has schema {data.get('schema')!r}; this version reads {SCHEMA}",
            where=str(path),
            fix="install the version of Penstock that wrote it, or a newer one",
        )
    return data


def _digests(folder: Path) -> dict[str, str]:
    """Digest of each file below a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest_bytes(path.read_bytes()) for path in files}


def _check_files(folder: Path, expected: dict[str, str]) -> None:
    """Refuse files that changed: XGBoost ends the process where it cannot read one."""
    found = _digests(folder)
    for name in sorted({*expected, *found}):
        if found.get(name) != expected.get(name):
            state = "is missing" if name not in found else "changed" if name in expected else "was added"
            raise ModelError(
                f"file '{NATIVE_FOLDER}/{name}' {state} since the model was written",
                where=str(folder.parent),
                fix="fetch the model anew, or train it again",
            )


def _batches(rows: Any, names: list[str]) -> Iterator[pa.Table | pa.RecordBatch]:
    """Pieces of the rows; of a lazy data set only the needed columns are read."""
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.stream import as_table, open_stream

    if isinstance(rows, Dataset) and set(names) <= set(rows.schema.names):
        yield from rows.scan(columns=names)
    elif hasattr(rows, "__arrow_c_stream__"):
        yield from open_stream(rows, where="rows to predict")
    elif not isinstance(rows, Sequence) or rows:
        yield as_table(rows, where="rows to predict")
