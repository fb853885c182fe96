"""Images of one scene in two splits, found by their perceptual hash."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError
from penstock.core.plugin import require
from penstock.ml.data.leakage.leakage import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from penstock.ml.data.leakage.rows import Column, Rows

PATH_COLUMN = "path"
"""A column of this name says where the images of a finding lie, where the images are hashes or contents."""

HASH_COLUMN = "perceptual_hash"
"""A column of this name is taken for hashes of images where none is named."""

MIN_SHARE = 0.05
"""Least share of images with a near-duplicate in the reference: at the seams of a split by blocks there are a few."""

MAX_PROBES, MAX_REFERENCE = 10_000, 100_000
"""Images that are compared, of a split and of the reference; chosen by a hash of the row."""

SHOWN_PAIRS = 20
"""Pairs that a finding names, the most alike first."""

_HASH_BYTES = 16
_LOOKED_AT = 10
# Endings of files; the first bytes of JPEG, PNG, GIF and WebP.
_LOOK = {
    "text": r"regexp_matches({0}, '(?i)\.(jpe?g|png|gif|webp|bmp|tiff?)$')",
    "bytes": "regexp_matches(hex({0}[1:4]), '^(FFD8FF|89504E47|47494638|52494646)')",
}
_BATCH = 256


def find_near_duplicate_images(rows: Rows, column: Column) -> Iterator[Finding]:
    """Images of a split that are nearly the same as one of the reference."""
    from penstock.ml.data.image import MAX_DISTANCE, nearest_hashes

    names = list(rows.splits)
    paths, reference = _hashes(rows, column, 0, MAX_REFERENCE)
    for code in range(1, len(names)):
        own_paths, hashes = _hashes(rows, column, code, MAX_PROBES)
        probes = [one for one in hashes if one is not None]
        positions, distances = nearest_hashes(hashes, reference)
        near = int((distances <= MAX_DISTANCE).sum())
        if not probes or near < 2 or near / len(probes) < MIN_SHARE:
            continue
        share = near / len(probes)
        why = (
            f"{near} of {len(probes)} images of {names[code]} ({share:.1%}) are near-duplicates of one in {names[0]}: "
            f"at most {MAX_DISTANCE} of 128 bits of their hashes differ"
        )
        fix = "keep shots of one scene in one split: split by contiguous blocks, or by a key that names the scene"
        details: dict[str, Any] = {"images": len(probes), "near": near, "reference": names[0], "split": names[code]}
        if own_paths and paths:
            found = sorted(
                (int(distances[at]), own_paths[at], paths[int(positions[at])])
                for at in (distances <= MAX_DISTANCE).nonzero()[0]
            )
            details["pairs"] = [
                {"image": own, "like": other, "unlike bits": bits} for bits, own, other in found[:SHOWN_PAIRS]
            ]
        # Hashes this near are no chance: the least share is already likely to flatter the score.
        yield Finding(column.name, "near_duplicate_images", round(0.5 + 0.5 * share**0.5, 3), why, fix, details)


def image_column(rows: Rows) -> Column | None:
    """The column with images: the named one, one of hashes by its name, or one of files or contents by their look.

    Raises
    ------
    DataError
        If the named one cannot hold images.
    """
    name = rows.request.options.images
    if not name:
        known = [column for column in rows.columns if column.name == HASH_COLUMN]
        return next(
            (column for column in known or rows.columns if column.kind in _LOOK and _is_image(rows, column)), None
        )
    column = rows.column(name)
    if column.kind not in _LOOK:
        raise DataError(
            f"column '{column.name}' is {column.kind}, which is no image",
            where="leakage",
            fix="name a column of paths, encoded images or perceptual hashes",
        )
    return column


def _is_image(rows: Rows, column: Column) -> bool:
    if column.name == HASH_COLUMN:
        return True
    look = _LOOK[column.kind].format(column.alias)
    folder = Path(rows.request.options.image_folder)
    query = f"select {column.alias}, {look} from rows where {column.alias} is not null"
    # A few values from here and there decide whether all are looked at.
    few = f"row_hash in (select row_hash from sample order by row_hash limit {_LOOKED_AT})"
    for value, looks_so in rows.fetch(f"{query} and {few}") or [("", False)]:
        if not looks_so or not (isinstance(value, bytes) or (folder / value).is_file()):
            return False
    return not rows.fetch(f"select 1 from ({query}) as t(value, looks_so) where not looks_so limit 1")


def _path_column(rows: Rows, column: Column) -> Column | None:
    """What names the images: the texts themselves, or a column `path` beside hashes or contents."""
    if column.kind == "text" and column.name != HASH_COLUMN:
        return column
    return next((one for one in rows.columns if one.name == PATH_COLUMN and one.kind == "text"), None)


def _hashes(rows: Rows, column: Column, code: int, limit: int) -> tuple[list[str], list[bytes | None]]:
    """The paths of one split's images, where there are any, and their hashes; None where a file is no image."""
    named = _path_column(rows, column)
    query = (
        f"select {column.alias}, {named.alias if named else 'null'} from rows "
        f"where split = {code} and {column.alias} is not null order by row_hash limit {limit}"
    )
    cursor = rows.connection.execute(query)
    folder = Path(rows.request.options.image_folder)
    paths: list[str] = []
    found: list[bytes | None] = []
    while batch := cursor.fetchmany(_BATCH):
        found += [_hash(value, folder) for value, _ in batch]
        paths += [path or "" for _, path in batch if named]
    if found and all(one is None for one in found):
        raise DataError(
            f"no image of column '{column.name}' can be read",
            where="leakage",
            fix="give paths that exist here, encoded images or perceptual hashes",
        )
    return paths, found


def _hash(value: Any, folder: Path) -> bytes | None:
    if isinstance(value, bytes) and len(value) == _HASH_BYTES:
        return value
    if isinstance(value, str) and len(value) == 2 * _HASH_BYTES:
        try:
            return bytes.fromhex(value)
        except ValueError:
            # 32 characters may be a path as well.
            pass
    from io import BytesIO

    from penstock.ml.data.image import perceptual_hash

    pillow = require("PIL.Image", extra="images", where="a search for near-duplicate images")
    try:
        with pillow.open(BytesIO(value) if isinstance(value, bytes) else folder / value) as image:
            return perceptual_hash(image)
    except (OSError, SyntaxError, DataError, pillow.DecompressionBombError):
        # What is no image is like no image; that it is broken is the statistics' to say.
        return None
