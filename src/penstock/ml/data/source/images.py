"""Images in class folders as a source: one row per file, with its label and what its header says."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.core.canonical import digest_of
from penstock.core.error import DataError
from penstock.ml.data.image.table import ImageFile, find_images, image_table
from penstock.ml.data.source.location import is_remote

if TYPE_CHECKING:
    import pyarrow as pa


class ImagesSource:
    """Files below a folder that holds one folder per class; a file deeper inside belongs to the class, too.

    Every file is a row, in the order of its path; only those whose name begins with ``.`` or ``_`` are left out. A
    file that is no image, say a text file, is a row whose ``is_broken`` is true and whose ``broken_reason`` says
    why, so that statistics count it and a schema can forbid it.

    Parameters
    ----------
    uri : str
        Path of the folder.
    bytes : bool
        Add the file's bytes as the column ``image``.
    pixels : bool
        Decode each image: adds mean colours, brightness and `perceptual_hash`, and finds images that are cut off.
        Otherwise only headers are read, and pixels wait for whoever opens ``path``.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"fingerprint"})

    def __init__(self, uri: str, *, bytes: bool = False, pixels: bool = False) -> None:
        self.uri = uri
        self._has_bytes = bytes
        self._has_pixels = pixels

    def __repr__(self) -> str:
        return f"images {self.uri}"

    @cached_property
    def folder(self) -> Path:
        """The top folder.

        Raises
        ------
        DataError
            If it is on another machine.
        """
        if is_remote(self.uri):
            raise DataError(
                "images are read from a local folder only", where=self.uri, fix="copy the folder, and give its path"
            )
        return Path(self.uri.removeprefix("file://"))

    def fingerprint(self) -> str:
        """Digest of the names and contents of all files.

        Raises
        ------
        DataError
            If there is no such folder, or a file may not be read.
        """
        files = find_images(self.folder)
        return digest_of([[file.path, self._digest(file)] for file in files])

    def read(self) -> pa.RecordBatchReader:
        """The rows, streamed; see `image_table` for the columns.

        Raises
        ------
        DataError
            If there is no such folder, or a file may not be read.
        MissingDependencyError
            If Pillow is not installed.
        """
        return image_table(self.folder, pixels=self._has_pixels, contents=self._has_bytes)

    def _digest(self, file: ImageFile) -> str:
        path = self.folder / file.path
        try:
            with path.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise DataError(
                f"the file cannot be read: {error.strerror}", where=str(path), fix="make it readable"
            ) from error
