"""Numbers as short text for people."""

from __future__ import annotations

import math


def count(value: float) -> str:
    """A number of things, with commas; fractions (weights) to two places.

    Examples
    --------
    >>> count(15002), count(12.5)
    ('15,002', '12.5')
    """
    return f"{int(value):,}" if value == int(value) else f"{value:,.2f}".rstrip("0")


def number(value: float | None) -> str:
    """A measured number, to five figures; whole ones in full, large ones without places.

    Examples
    --------
    >>> number(11.2345678), number(1400269500), number(float("nan")), number(None), number(1.5e-12), number(331212.7)
    ('11.235', '1400269500', 'NaN', '-', '1.5e-12', '331213')
    """
    if value is None:
        return "-"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    is_plain = (value == int(value) or abs(value) >= 1e5) and abs(value) < 1e15
    return f"{value:.0f}" if is_plain else f"{value:.5g}"


def share(part: float, whole: float) -> str:
    """A part of a whole in per cent; what is not nothing is never shown as nothing, nor what is not all as all.

    Examples
    --------
    >>> share(1, 3), share(0, 3), share(1, 100_000), share(99_999, 100_000), share(0, 0)
    ('33.3 %', '0 %', '< 0.1 %', '> 99.9 %', '-')
    """
    if not whole:
        return "-"
    ratio = part / whole
    if 0 < ratio < 0.001:
        return "< 0.1 %"
    if 0.999 < ratio < 1:
        return "> 99.9 %"
    return f"{ratio * 100:.1f} %".replace(".0 %", " %")
