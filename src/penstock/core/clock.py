"""What time it is, in the one unit that records are kept in."""

from __future__ import annotations

import time


def now_us() -> int:
    """Wall-clock microseconds since the epoch."""
    return time.time_ns() // 1000
