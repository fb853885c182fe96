"""Tests of `penstock.engine.source.loading`."""

from __future__ import annotations

import pytest

from penstock.engine.source.loading import StopLoading, is_loading, loading, stop_if_loading


def test_a_call_of_run_stops_only_while_loading() -> None:
    stop_if_loading()
    assert not is_loading()
    with loading():
        assert is_loading()
        with pytest.raises(StopLoading):
            stop_if_loading()
        with loading(on=False):
            stop_if_loading()
    assert not is_loading()


def test_a_stop_passes_user_code_that_catches_errors() -> None:
    assert not issubclass(StopLoading, Exception)
