from __future__ import annotations

import pytest

from penstock.ml.data.drift.measurement import MEASURES, Measurement


@pytest.mark.parametrize(("threshold", "verdict"), [(None, "unchecked"), (0.5, "ok"), (0.4, "high"), (0.0, "high")])
def test_a_value_is_high_above_its_threshold(threshold: float | None, verdict: str) -> None:
    assert Measurement(measure="psi", value=0.5, threshold=threshold).verdict == verdict


def test_measures_have_names_for_people() -> None:
    assert Measurement(measure="psi", value=0).label == "population stability index"
    assert Measurement(measure="of a later version", value=0).label == "of a later version"
    assert len({measure.label for measure in MEASURES.values()}) == len(MEASURES)
