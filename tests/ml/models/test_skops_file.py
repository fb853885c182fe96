from __future__ import annotations

import io
import zipfile

import numpy as np
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from penstock.ml.models.flavour.skops_file import canonical_skops


def test_two_writings_of_one_object_are_equal_and_load() -> None:
    X = np.random.default_rng(0).normal(size=(50, 3))
    shared = np.arange(3.0)
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, X[:, 0] > 0)
    value = {"model": fitted, "a": shared, "b": shared}
    first, second = skops.io.dumps(value), skops.io.dumps(value)
    assert first != second, "skops itself is not canonical, so this module is needed"
    assert canonical_skops(first) == canonical_skops(second)
    loaded = skops.io.loads(canonical_skops(first), trusted=["numpy.dtype"])
    assert (loaded["model"].predict_proba(X) == fitted.predict_proba(X)).all()
    assert loaded["a"] is loaded["b"], "identity is kept"


def test_entries_have_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(canonical_skops(skops.io.dumps([np.ones(2)])))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())
