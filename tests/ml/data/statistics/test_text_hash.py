from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.connection import connect
from penstock.ml.data.statistics.text_hash import PROBE, hashes_of, long_text, long_text_sql, probe


def test_hashes_are_those_of_sql() -> None:
    texts = ["", "a", "Zürich", "x" * 3000, PROBE]
    expected = [connect().execute("SELECT hash(?::VARCHAR)", [text]).fetchall()[0][0] for text in texts]
    assert hashes_of(pa.array(texts)).tolist() == expected
    assert probe() == expected[-1]


def test_hashes_do_not_depend_on_the_layout() -> None:
    texts = pa.array([f"value {i}" for i in range(5000)])
    whole = hashes_of(texts)
    assert np.array_equal(hashes_of(texts.slice(1234)), whole[1234:])
    assert hashes_of(pa.array([], pa.string())).size == 0


@given(st.text(max_size=40).map(lambda text: text * 40))
def test_long_texts_are_the_same_in_sql(text: str) -> None:
    query = f"SELECT {long_text_sql('text')} FROM (SELECT ?::VARCHAR AS text)"
    # DuckDB takes no NUL from a parameter.
    text = text.replace("\0", "")
    assert connect_once().execute(query, [text]).fetchall()[0][0] == long_text(text)


def test_long_texts_differ_where_their_ends_do() -> None:
    assert long_text("a" * 1024) == "a" * 1024
    assert long_text("é" * 513) != "é" * 513
    assert long_text("a" * 5000 + "b") != long_text("a" * 5000 + "c")
    assert len(long_text("𝕏" * 5000).encode()) <= 64 * 4 + 36


_CONNECTION = connect()


def connect_once():  # type: ignore[no-untyped-def]
    return _CONNECTION
