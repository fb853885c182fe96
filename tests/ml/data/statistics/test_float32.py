from __future__ import annotations

import math

from google.protobuf.internal.type_checkers import ToShortestFloat
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.float32 import float32


@given(st.floats(min_value=-3e38, max_value=3e38))
def test_it_is_what_protocol_buffers_write(number: float) -> None:
    assert float32(number) == ToShortestFloat(number)


def test_beyond_the_largest_it_is_infinite() -> None:
    assert float32(1e300) == math.inf
