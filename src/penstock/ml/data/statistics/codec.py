"""The state of a feature, or of a pair of columns, as canonical text and back.

The binary form is a checksum, the length of a JSON header, the header, and the arrays in the order in which the header
describes them (`array_pack`). It is compressed with Zstandard and written in base64. With the same pyarrow the same
state gives the same text.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.statistics.array_pack import Packer, Unpacker
from penstock.ml.data.statistics.custom_state import CustomState, JoinedPart, JoinState, LanguageState, TokenState
from penstock.ml.data.statistics.state import (
    BytesState,
    CategoricalCross,
    CrossState,
    ExactSum,
    Extent,
    FeatureState,
    NestLevel,
    NumericCross,
    NumericState,
    PrefixHistogram,
    ShortValues,
    TextState,
    ValueSample,
)
from penstock.ml.data.statistics.text_hash import probe

S = TypeVar("S", bound="FeatureState | CrossState | CustomState")

VERSION = 1
"""Of the form; a later one cannot be read by this release."""

_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        BytesState,
        CategoricalCross,
        CrossState,
        ExactSum,
        Extent,
        FeatureState,
        JoinState,
        JoinedPart,
        LanguageState,
        NestLevel,
        NumericCross,
        NumericState,
        PrefixHistogram,
        ShortValues,
        TextState,
        TokenState,
        ValueSample,
    )
}
_SIZE_BYTES = 8
_CHECK_BYTES = 4
_MAX_BYTES = 1 << 30
_ZSTD_LEVEL = 3


def encode_state(state: FeatureState | CrossState | CustomState) -> str:
    """A state as text.

    Returns
    -------
    str
        Base64; the same for equal states.
    """
    packer = Packer()
    header = json.dumps([VERSION, _plain(state, packer)], ensure_ascii=False, separators=(",", ":")).encode()
    body = len(header).to_bytes(_SIZE_BYTES, "little") + header + packer.joined()
    raw = zlib.crc32(body).to_bytes(_CHECK_BYTES, "little") + body
    packed = _zstd().compress(raw, asbytes=True)
    return base64.b64encode(len(raw).to_bytes(_SIZE_BYTES, "little") + packed).decode("ascii")


def decode_state(text: str, *, where: str) -> FeatureState:
    """The state of a feature from text.

    Parameters
    ----------
    text : str
        As `encode_state` wrote it.
    where : str
        For the message.

    Raises
    ------
    DataError
        If it is damaged, or a later release wrote it.
    """
    return _decoded(text, FeatureState, where)


def decode_cross(text: str, *, where: str) -> CrossState:
    """As `decode_state`, of a pair of columns."""
    return _decoded(text, CrossState, where)


def decode_custom(text: str, *, where: str) -> CustomState:
    """As `decode_state`, of what a schema made count."""
    kinds: tuple[type[CustomState], ...] = (JoinState, LanguageState)
    return _decoded(text, kinds, where)


def _decoded(text: str, kind: type[S] | tuple[type[S], ...], where: str) -> S:
    try:
        version, plain, unpacker = _opened(base64.b64decode(text, validate=True))
        if version == VERSION:
            return _state(plain, unpacker, kind)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, OSError, RecursionError) as error:
        raise DataError(
            f"the kept state of a feature is damaged: {error}", where=where, fix="compute the statistics again"
        ) from error
    raise DataError(
        f"the kept state has version {version}, this release reads {VERSION}",
        where=where,
        fix="upgrade Penstock, or compute the statistics again",
    )


def _state(plain: Any, unpacker: Unpacker, kind: type[S] | tuple[type[S], ...]) -> S:
    state = _built(plain, unpacker)
    unpacker.finish()
    if not isinstance(state, kind):
        raise ValueError(f"it is {type(state).__name__}")
    return state


def _opened(data: bytes) -> tuple[int, Any, Unpacker]:
    """Version, header without it, and the arrays."""
    size = int.from_bytes(data[:_SIZE_BYTES], "little")
    if not _SIZE_BYTES + _CHECK_BYTES <= size <= _MAX_BYTES:
        raise ValueError("its size is wrong")
    raw = _zstd().decompress(data[_SIZE_BYTES:], decompressed_size=size, asbytes=True)
    body = raw[_CHECK_BYTES:]
    if len(raw) != size or zlib.crc32(body) != int.from_bytes(raw[:_CHECK_BYTES], "little"):
        raise ValueError("its checksum is wrong")
    start = _SIZE_BYTES + int.from_bytes(body[:_SIZE_BYTES], "little")
    version, plain = json.loads(body[_SIZE_BYTES:start])
    return version, plain, Unpacker(body[start:])


def _plain(value: Any, packer: Packer) -> Any:
    if isinstance(value, np.ndarray):
        return {"integers": packer.add_integers(value)}
    if isinstance(value, pa.Array):
        return {"texts": packer.add_texts(value)}
    if is_dataclass(value):
        if isinstance(value, ValueSample) and value.level and value.probe is None:
            value = replace(value, probe=probe())
        items = {item.name: _plain(getattr(value, item.name), packer) for item in fields(value)}
        return {"is": type(value).__name__, **items}
    if isinstance(value, (tuple, list)):
        return [_plain(item, packer) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        # Both zeros are one number; which of them comes first depends on the order of rows.
        return value + 0.0
    if isinstance(value, dict):
        return {"pairs": sorted(value.items())}
    return value


def _built(plain: Any, unpacker: Unpacker) -> Any:
    if isinstance(plain, list):
        return tuple(_built(item, unpacker) for item in plain)
    if not isinstance(plain, dict):
        return plain
    for key, read in _READERS.items():
        if key in plain:
            return read(plain[key], unpacker)
    kind = _CLASSES[plain["is"]]
    return kind(**{name: _built(item, unpacker) for name, item in plain.items() if name != "is"})


_READERS: dict[str, Callable[[Any, Unpacker], Any]] = {
    "integers": lambda description, unpacker: unpacker.integers(description),
    "texts": lambda description, unpacker: unpacker.texts(description),
    "pairs": lambda pairs, unpacker: dict(pairs),
}


def _zstd() -> pa.Codec:
    return pa.Codec("zstd", compression_level=_ZSTD_LEVEL)
