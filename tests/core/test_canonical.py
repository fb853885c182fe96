from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from penstock.core.canonical import canonical_json, digest_bytes, digest_of, plain_json, short


@given(json_values)
def test_round_trip_keeps_value_and_types(value: object) -> None:
    read = json.loads(canonical_json(value))
    assert read == value
    assert repr(read) == repr(value) or isinstance(value, (dict, list))


@given(json_values)
def test_writing_what_was_read_gives_the_same_text(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(max_size=4), st.integers(), max_size=6), st.randoms(use_true_random=False))
def test_order_of_keys_does_not_count(value: dict[str, int], random) -> None:
    pairs = list(value.items())
    random.shuffle(pairs)
    assert digest_of(dict(pairs)) == digest_of(value)


def test_int_and_float_and_bool_differ() -> None:
    assert len({digest_of(value) for value in (1, 1.0, True, "1")}) == 4


def test_digest_is_that_of_the_published_algorithm() -> None:
    assert digest_bytes(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_of({"a": "ä"}) == digest_bytes('{"a":"ä"}'.encode())


def test_digest_does_not_depend_on_the_process() -> None:
    code = "from penstock.core.canonical import digest_of; print(digest_of({'b': [1, 2.5], 'a': {'z', } and 'z'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest_of({"a": "z", "b": [1, 2.5]})


@pytest.mark.parametrize("value", [{1, 2}, object(), {"x": b"bytes"}, {(1, 2): 3}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@given(json_values)
def test_plain_json_is_what_reading_gives_back(value: object) -> None:
    assert plain_json(value) == json.loads(canonical_json(value))


def test_plain_json_has_no_tuples() -> None:
    assert repr(plain_json({"a": (1, (2.0,))})) == "{'a': [1, [2.0]]}"


@pytest.mark.parametrize("value", [{1: 2}, [{"a": {None: 1}}], ({True: 1},), object(), "\ud800"])
def test_what_would_come_back_as_something_else_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        plain_json(value)


def test_short_takes_twelve_digits_with_or_without_prefix() -> None:
    digest = digest_bytes(b"x")
    assert short(digest) == short(digest.removeprefix("sha256:")) == digest[7:19]
