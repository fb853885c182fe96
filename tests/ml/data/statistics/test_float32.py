from __future__ import annotations

import math

import numpy as np
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_metadata.proto.v0.statistics_pb2 import StringStatistics

from penstock.ml.data.statistics.float32 import float32


# Of numbers below the smallest normal float32 protocol buffers look for digits without end.
@given(st.floats(min_value=2e-38, max_value=3e38))
def test_it_is_what_protocol_buffers_write(number: float) -> None:
    assert float32(number) == MessageToDict(StringStatistics(avg_length=number))["avgLength"]


@given(st.floats(min_value=-3e38, max_value=3e38))
def test_it_is_the_same_float32(number: float) -> None:
    assert np.float32(float32(number)) == np.float32(number)


def test_beyond_the_largest_it_is_infinite() -> None:
    assert float32(1e300) == math.inf
