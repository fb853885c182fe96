from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from penstock.core.error import DataError
from penstock.core.value import Metrics
from penstock.engine.store.materializer.metrics import materializer


def test_scalars_of_numpy_become_plain(tmp_path: Path) -> None:
    given = Metrics({"f": np.float32(0.5), "i": np.int64(3), "b": np.bool_(True), "nan": np.float64("nan")})
    materializer.save(given, tmp_path)
    found = materializer.load(tmp_path)
    assert math.isnan(float(found.pop("nan")))
    assert found == {"f": 0.5, "i": 3, "b": True}
    assert [type(figure) for figure in found.values()] == [bool, float, int]


def test_bytes_are_canonical(tmp_path: Path) -> None:
    materializer.save(Metrics(b=1, a=0.25), tmp_path)
    assert (tmp_path / "metrics.json").read_bytes() == b'{"a":0.25,"b":1}'


@pytest.mark.parametrize("figure", [[1.0], None, np.zeros(2), {"a": 1}])
def test_what_is_no_figure(tmp_path: Path, figure: object) -> None:
    with pytest.raises(DataError, match="metric 'x'"):
        materializer.save(Metrics({"x": figure}), tmp_path)  # type: ignore[dict-item]


def test_name_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name of a metric"):
        materializer.save(Metrics({1: 2.0}), tmp_path)  # type: ignore[dict-item]
