from __future__ import annotations

import time

from penstock.core.clock import now_us


def test_microseconds_since_the_epoch() -> None:
    before_us = int(time.time() * 1_000_000)
    assert before_us <= now_us() <= int(time.time() * 1_000_000) + 1
