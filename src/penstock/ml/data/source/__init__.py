"""Turns files and tables elsewhere into streams of rows with a fingerprint of their content.

The formats themselves are plug-ins: `open_source` finds them by their entry points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.source.format import detect_format, open_source

__all__ = ["detect_format", "open_source"]

__getattr__ = lazily(__name__, {"format": ("detect_format", "open_source")})
