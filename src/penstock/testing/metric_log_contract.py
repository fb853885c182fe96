"""What every `MetricLog` must do."""

from __future__ import annotations

import math
from typing import Any

import pytest

from penstock.core.error import NotFoundError
from penstock.core.record import Batch, MetricPoint, ParamPoint
from penstock.testing.records import some_run


class MetricLogContract:
    """Subclass it and give a fixture ``store``: an empty store with ``runs`` and ``metrics``."""

    def test_metrics_in_order(self, store: Any) -> None:
        """Appended, never replaced; extreme values come back as they were."""
        values = [0.1 + 0.2, math.inf, -math.inf, 5e-324, 1.7976931348623157e308]
        points = tuple(MetricPoint("r1", "fit", -1, "loss", value, i, 10 - i) for i, value in enumerate(values))
        store.runs.record(Batch(run=some_run("r1"), metrics=points[:3]))
        store.runs.record(Batch(metrics=points[3:]))
        store.runs.record(Batch(metrics=points[:1]))
        assert store.metrics.metrics("r1") == [*points, points[0]]

    def test_nan(self, store: Any) -> None:
        """Is a value, too."""
        store.runs.record(Batch(run=some_run("r1"), metrics=(MetricPoint("r1", "s", 0, "x", math.nan, 0, 1),)))
        (point,) = store.metrics.metrics("r1")
        assert math.isnan(point.value)

    def test_params_in_order(self, store: Any) -> None:
        """Text of any length."""
        points = tuple(
            ParamPoint("r1", "fit", -1, name, value) for name, value in (("b", "x" * 70000), ("a", "é\n"), ("b", ""))
        )
        store.runs.record(Batch(run=some_run("r1"), params=points))
        assert store.metrics.params("r1") == list(points)

    def test_text_that_no_database_holds(self, store: Any) -> None:
        """NUL and lone surrogates are kept as escapes."""
        store.runs.record(Batch(run=some_run("r1"), params=(ParamPoint("r1", "s", -1, "n\0", "a\0b\udc80"),)))
        (point,) = store.metrics.params("r1")
        assert (point.name, point.value) == ("n\\x00", "a\\x00b\\udc80")

    def test_of_one_step(self, store: Any) -> None:
        """And of one run."""
        metrics = tuple(MetricPoint("r1", step, -1, "x", 1.0, 0, 1) for step in ("a", "b"))
        params = tuple(ParamPoint("r1", step, -1, "x", "1") for step in ("a", "b"))
        store.runs.record(Batch(run=some_run("r1"), metrics=metrics, params=params))
        assert store.metrics.metrics("r1", step="b") == [metrics[1]]
        assert store.metrics.params("r1", step="b") == [params[1]]
        assert store.metrics.metrics("r2") == []

    def test_of_the_last_attempt(self, store: Any) -> None:
        """Of each step and item, the last that logged any; what came earlier was tried again."""
        places = [("fit", -1, 1), ("fit", -1, 2), ("fit", 0, 1), ("load", -1, 3), ("fit", -1, 2)]
        metrics = tuple(
            MetricPoint("r1", step, item, "loss", float(at), at, 1, attempt)
            for at, (step, item, attempt) in enumerate(places)
        )
        params = tuple(
            ParamPoint("r1", step, item, "rate", str(at), attempt) for at, (step, item, attempt) in enumerate(places)
        )
        store.runs.record(Batch(run=some_run("r1"), metrics=metrics, params=params))
        assert store.metrics.metrics("r1") == list(metrics[1:])
        assert store.metrics.params("r1") == list(params[1:])
        store.runs.record(Batch(params=(ParamPoint("r1", "fit", -1, "rate", "9", 3),)))
        assert [point.value for point in store.metrics.params("r1", step="fit")] == ["2", "9"]
        assert store.metrics.metrics("r1", step="fit") == [metrics[1], metrics[2], metrics[4]]

    def test_unknown_run(self, store: Any) -> None:
        """Nothing can be logged of it."""
        with pytest.raises(NotFoundError):
            store.runs.record(Batch(metrics=(MetricPoint("absent", "s", -1, "x", 1.0, 0, 1),)))

    def test_forgotten_with_the_run(self, store: Any) -> None:
        """Nothing stays."""
        store.runs.record(Batch(run=some_run("r1"), metrics=(MetricPoint("r1", "s", -1, "x", 1.0, 0, 1),)))
        store.runs.forget(["r1"])
        store.runs.record(Batch(run=some_run("r1")))
        assert store.metrics.metrics("r1") == []
