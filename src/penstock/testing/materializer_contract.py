"""What every `Materializer` must do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.core.artifact import KINDS
from penstock.core.protocol import Materializer


class MaterializerContract:
    """Subclass it and give fixtures ``materializer``, and ``value``, something it can save.

    Override `equal` where ``==`` does not compare values of that class.
    """

    def equal(self, value: Any, loaded: Any) -> bool:
        """Whether what was loaded is what was saved."""
        return bool(value == loaded)

    def test_fits_the_protocol(self, materializer: Any) -> None:
        """Its kind is a known one."""
        assert isinstance(materializer, Materializer)
        assert materializer.kind in KINDS
        assert isinstance(materializer.capabilities, frozenset)

    def test_round_trip(self, materializer: Any, value: Any, tmp_path: Path) -> None:
        """What is loaded is what was saved; loading changes no file."""
        materializer.save(value, tmp_path)
        before = _files(tmp_path)
        assert before
        assert self.equal(value, materializer.load(tmp_path))
        assert _files(tmp_path) == before

    def test_saving_twice_gives_the_same_bytes(self, materializer: Any, value: Any, tmp_path: Path) -> None:
        """No time, path or random number gets into an artifact."""
        if "deterministic" not in materializer.capabilities:
            pytest.skip("the materializer does not claim to be deterministic")
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            materializer.save(value, tmp_path / name)
        assert _files(tmp_path / "one") == _files(tmp_path / "two")

    def test_loads_from_the_store(self, materializer: Any, value: Any, tmp_path: Path) -> None:
        """Also with the store's manifest beside the files, which are read-only."""
        materializer.save(value, tmp_path)
        assert not (tmp_path / "manifest.json").exists()
        (tmp_path / "manifest.json").write_text("[]")
        for path in tmp_path.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        assert self.equal(value, materializer.load(tmp_path))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
