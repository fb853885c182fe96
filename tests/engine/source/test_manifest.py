"""Tests of `penstock.engine.source.manifest`."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from penstock.engine.source.manifest import FileEntry, Manifest

ENTRIES = st.builds(FileEntry, st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 1 << 40))
MANIFESTS = st.builds(
    Manifest,
    st.dictionaries(st.text(min_size=1), ENTRIES),
    st.sampled_from(["3.11", "3.13"]),
    st.lists(st.text()).map(tuple),
    st.text(),
)


@given(MANIFESTS)
def test_json_round_trip(manifest: Manifest) -> None:
    again = Manifest.from_json(json.loads(json.dumps(manifest.to_json())), "here")
    assert again == manifest
    assert again.digest == manifest.digest


@given(MANIFESTS, MANIFESTS)
def test_equal_digests_mean_equal_content(first: Manifest, second: Manifest) -> None:
    assert (first.digest == second.digest) == (first == second)
