from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pyarrow as pa
import pytest
from naive_statistics import naive_state

from penstock.core.error import DataError
from penstock.ml.data.statistics.codec import decode_state, encode_state
from penstock.ml.data.statistics.prefix_histogram import of_lengths
from penstock.ml.data.statistics.state import BytesState, FeatureState, NestLevel
from penstock.ml.data.statistics.value_sample import of_counts

TABLE = pa.table(
    {
        "number": pa.array([1.5, float("nan"), float("-inf"), None, 1e300, -5e-324]),
        "whole": pa.array([2**62, -1, 0, None, 7, 7]),
        "text": pa.array(["", "né", None, "b" * 2000, "NA", "NA"]),
        "lists": pa.array([[["x"], None], [], None, [["y", "z"]], [], [[]]]),
        "struct": pa.array([{"a": 1}, None, {"a": None}, {"a": 3}, None, {"a": 1}]),
        "binary": pa.array([b"\x00", b"", None, b"abc", b"abc", b"\xff"]),
        "nothing": pa.array([None] * 6, pa.string()),
        "weight": pa.array([1.0, 0.5, 0.25, 0.0, 2.0, 3.0]),
    }
)


@pytest.mark.parametrize("weight", ["", "weight"])
@pytest.mark.parametrize("limit", [0, 2])
def test_states_come_back(weight: str, limit: int) -> None:
    state = naive_state(TABLE, weight=weight, limit=limit)
    for path, feature in state.features.items():
        text = encode_state(feature)
        back = decode_state(text, where="here")
        assert encode_state(back) == text
        assert (back.path, back.type, back.domain) == (path, feature.type, feature.domain)


def test_numbers_are_kept_to_the_bit() -> None:
    numeric = naive_state(TABLE).features[("number",)].numeric
    back = decode_state(encode_state(naive_state(TABLE).features[("number",)]), where="here").numeric
    assert numeric is not None
    assert back is not None
    assert (back.total, back.squares, back.minimum) == (numeric.total, numeric.squares, numeric.minimum)
    assert np.array_equal(back.histogram.bins, numeric.histogram.bins)


def test_image_formats_are_kept_in_order() -> None:
    sample = of_counts(pa.array(["d1"]), np.array([2]))
    level = NestLevel(0, of_lengths(np.array([1, 1])))
    made = [
        encode_state(
            FeatureState(("image",), "BYTES", (level,), bytes=BytesState(sample, of_lengths(np.array([3, 4])), formats))
        )
        for formats in ({"png": 1, "jpeg": 1}, {"jpeg": 1, "png": 1})
    ]
    assert made[0] == made[1]
    back = decode_state(made[0], where="here").bytes
    assert back is not None
    assert back.formats == {"jpeg": 1, "png": 1}


def test_damaged_texts_are_refused() -> None:
    good = encode_state(naive_state(TABLE).features[("text",)])
    raw = base64.b64decode(good)
    damaged = ["", "?", "AAAA", good[:-8], good[:40] + "AAAA" + good[44:], base64.b64encode(raw[:20]).decode()]
    damaged += [
        base64.b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).decode() for place in (0, 30)
    ]
    for text in damaged:
        with pytest.raises(DataError, match="state of a feature is damaged") as caught:
            decode_state(text, where="statistics.json")
        assert caught.value.where == "statistics.json"


def framed(header: object) -> str:
    """A text with a right checksum around any header."""
    data = json.dumps(header).encode()
    body = len(data).to_bytes(8, "little") + data
    raw = zlib.crc32(body).to_bytes(4, "little") + body
    packed = pa.Codec("zstd", compression_level=3).compress(raw, asbytes=True)
    return base64.b64encode(len(raw).to_bytes(8, "little") + packed).decode()


@pytest.mark.parametrize(
    "header",
    [
        [],
        [1, {"is": "os.system"}],
        [1, {"is": "FeatureState", "unknown": 1}],
        [1, {"is": "Extent", "total": 1, "minimum": 1, "maximum": 1}],
        [1, {"integers": {"size": 1 << 60, "width": 8, "offset": 0, "ascending": False}}],
        [1, None],
    ],
)
def test_senseless_headers_are_refused(header: object) -> None:
    with pytest.raises(DataError, match="damaged"):
        decode_state(framed(header), where="here")


def test_a_later_version_says_so() -> None:
    with pytest.raises(DataError, match="version 2, this release reads 1"):
        decode_state(framed([2, {}]), where="here")
