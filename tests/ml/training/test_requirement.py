from __future__ import annotations

import numpy as np

from penstock.ml.training.requirement import pinned


def test_versions_of_what_is_installed() -> None:
    assert pinned("numpy", "no-such-distribution") == (f"numpy=={np.__version__}",)
