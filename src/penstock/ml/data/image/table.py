"""Images as rows: one per file of a folder, in order, with plain columns that statistics are taken of."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from penstock.core.context import current_step
from penstock.core.error import DataError
from penstock.ml.data.image.facts import ImageFacts, read_facts

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[float, float, str], None]
"""Takes images done, images in all and a note; as `StepContext.report_progress`."""

_BATCH_ROWS = 1024
_MAX_CONTENT_BYTES = 1 << 30
_BATCH_BYTES = 32 << 20
_MAX_THREADS = 8
_REPORT_S = 0.5


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file that should be an image.

    Parameters
    ----------
    path : str
        Below the folder, with ``/`` between its parts.
    label : str or None
        Name of the folder directly below the top one; None for a file beside these.
    """

    path: str
    label: str | None


def find_images(folder: Path) -> tuple[ImageFile, ...]:
    """All files below a folder, in the order of their paths; hidden ones and those with ``_`` in front are left out.

    Files that are no images are among them: it is the table's to say so.

    Raises
    ------
    DataError
        If there is no such folder, it or a folder in it may not be read, or it has no file.
    """
    if not folder.is_dir():
        what = "this is a file, not a folder of images" if folder.exists() else "there is no such folder"
        raise DataError(what, where=str(folder), fix="give a folder that has one folder of images per class")
    found = []
    for place, folders, names in os.walk(folder, onerror=_refused):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        inside = Path(place).relative_to(folder)
        label = inside.parts[0] if inside.parts else None
        found += [ImageFile((inside / name).as_posix(), label) for name in names if not name.startswith((".", "_"))]
    if not found:
        raise DataError(
            "the folder has no files", where=str(folder), fix="give the folder that holds the class folders"
        )
    return tuple(sorted(found, key=lambda file: file.path))


def image_table(
    folder: Path | str, *, pixels: bool = True, contents: bool = False, progress: Progress | None = None
) -> pa.RecordBatchReader:
    """One row per file below a folder, streamed; threads decode.

    Parameters
    ----------
    folder : path
        It holds one folder per class.
    pixels : bool
        Decode every image: adds its colours and hash, and finds those that are cut off. Otherwise only headers
        are read.
    contents : bool
        Add the file's bytes as the column ``image``.
    progress : callable, optional
        Takes images done, images in all and a note; by default the running step's.

    Returns
    -------
    pyarrow.RecordBatchReader
        Columns ``path``, ``label``, ``width``, ``height``, ``channels``, ``format``, ``size_bytes``, ``is_broken``,
        ``broken_reason``; with pixels ``mean_red``, ``mean_green``, ``mean_blue``, ``brightness`` (0 to 255) and
        ``perceptual_hash`` (32 hexadecimal digits), null for what cannot be decoded; with contents ``image``. A
        file that is no image is a row whose ``is_broken`` is true, with the reason.

    Raises
    ------
    DataError
        If there is no such folder, or a file in it may not be read.
    MissingDependencyError
        If Pillow is not installed.
    """
    import pyarrow as pa

    top = Path(folder)
    files = find_images(top)
    schema = image_schema(pixels=pixels, contents=contents)
    step = current_step()
    report = progress or (step.report_progress if step is not None else None)
    return pa.RecordBatchReader.from_batches(schema, _stream(top, files, schema, report))


def image_schema(*, pixels: bool, contents: bool) -> pa.Schema:
    """Columns of `image_table`."""
    import pyarrow as pa

    fields = [("path", pa.string()), ("label", pa.string())]
    fields += [(name, pa.int64()) for name in ("width", "height", "channels")]
    fields += [("format", pa.string()), ("size_bytes", pa.int64())]
    fields += [("is_broken", pa.bool_()), ("broken_reason", pa.string())]
    if pixels:
        fields += [(name, pa.float64()) for name in ("mean_red", "mean_green", "mean_blue", "brightness")]
        fields += [("perceptual_hash", pa.string())]
    return pa.schema(fields + [("image", pa.binary())] * contents)


def _stream(
    top: Path, files: Sequence[ImageFile], schema: pa.Schema, report: Progress | None
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    reader = _Reader(top, "perceptual_hash" in schema.names, "image" in schema.names)
    progress = _Throttled(report, len(files))
    done = 0
    with ThreadPoolExecutor(min(_MAX_THREADS, os.cpu_count() or 1), "penstock-image") as threads:
        while done < len(files):
            some = reader.next_files(files[done : done + _BATCH_ROWS])
            with warnings.catch_warnings():
                # Pillow warns of odd notes and of large images; both are columns here.
                warnings.simplefilter("ignore")
                rows = [progress.passed(row) for row in threads.map(reader.row, some)]
            done += len(rows)
            yield pa.RecordBatch.from_pylist(rows, schema=schema)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes rows of files below a folder."""

    top: Path
    has_pixels: bool
    has_contents: bool

    def next_files(self, files: Sequence[ImageFile]) -> Sequence[ImageFile]:
        """The first files: fewer than given where their contents are many bytes."""
        total = 0
        for count, file in enumerate(files if self.has_contents else ()):
            total += _size_bytes(self.top / file.path)
            if total > _BATCH_BYTES:
                return files[: max(count, 1)]
        return files

    def row(self, file: ImageFile) -> dict[str, Any]:
        """The row of one file."""
        path = self.top / file.path
        size = _size_bytes(path)
        row = _row(file, read_facts(path, size, pixels=self.has_pixels))
        if self.has_contents:
            if size > _MAX_CONTENT_BYTES:
                raise DataError(
                    f"the file has {size} bytes, too many for a value of a table",
                    where=str(path),
                    fix="take it out of the folder, or leave out bytes=True",
                )
            row["image"] = path.read_bytes()
        return row


class _Throttled:
    """Reports progress, not too often."""

    def __init__(self, report: Progress | None, total: int) -> None:
        self._report = report
        self._total = total
        self._done = 0
        self._last = monotonic()

    def passed(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row, counted."""
        self._done += 1
        is_due = self._done == self._total or monotonic() - self._last >= _REPORT_S
        if self._report is not None and is_due:
            self._last = monotonic()
            self._report(float(self._done), float(self._total), "images")
        return row


def _size_bytes(path: Path) -> int:
    """Size of a file that this user may read."""
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"the file cannot be read: {reason}", where=str(path), fix="make it readable") from error


def _row(file: ImageFile, facts: ImageFacts) -> dict[str, Any]:
    row: dict[str, Any] = {
        "path": file.path,
        "label": file.label,
        "width": facts.width,
        "height": facts.height,
        "channels": facts.channels,
        "format": facts.format,
        "size_bytes": facts.size_bytes,
        "is_broken": bool(facts.broken_reason),
        "broken_reason": facts.broken_reason or None,
    }
    if facts.colors is not None:
        colors = facts.colors
        row |= {"mean_red": colors.red, "mean_green": colors.green, "mean_blue": colors.blue}
        row |= {"brightness": colors.brightness, "perceptual_hash": colors.hash.hex()}
    return row


def _refused(error: OSError) -> None:
    raise DataError(
        f"a folder cannot be read: {error.strerror}",
        where=str(error.filename),
        fix=f"allow it: chmod u+rx '{error.filename}'",
    ) from error
