"""Tests of `penstock.engine.source.import_scan`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from projects import write_files

from penstock.engine.source.import_scan import Scanner


@pytest.mark.parametrize(
    ("text", "files", "outside"),
    [
        ("import pkg.b\n", {"a", "b"}, set()),
        ("import numpy as np, pkg.b as b\n", {"a", "b"}, {"numpy"}),
        ("from pkg.b import x\n", {"a", "b"}, set()),
        ("from pkg import b\n", {"__init__", "a", "b"}, set()),
        ("from . import b\n", {"__init__", "a", "b"}, set()),
        ("from .b import (\n    x,  # one\n    y,\n)\n", {"a", "b"}, set()),
        ("def f():\n    from .b import x\n", {"a", "b"}, set()),
        ("from .sub.c import x\n", {"a", "sub/c"}, set()),
        ("from .sub import c\n", {"a", "sub/__init__", "sub/c", "b"}, set()),
        ("import typing\nif typing.TYPE_CHECKING:\n    from .b import x\n\n    import numpy\n", {"a"}, {"typing"}),
        ("x = require('pandas', extra='x')\n", {"a"}, {"pandas"}),
        ("# from .b import x\n'''\n>>> from .b import x\nimport the other thing\n'''\n", {"a"}, set()),
        ("from pkg import late\n", {"__init__", "a", "lazy"}, set()),
    ],
)  # fmt: skip
def test_what_a_module_reaches(tmp_path: Path, text: str, files: set[str], outside: set[str]) -> None:
    write_files(
        tmp_path,
        {
            "pkg/__init__.py": "if TYPE_CHECKING:\n    from pkg.lazy import late\n\ndef __getattr__(name): ...\n",
            "pkg/a.py": text,
            "pkg/b.py": "x = y = 1\n",
            "pkg/lazy.py": "late = 1\n",
            "pkg/sub/__init__.py": "from ..b import x\n",
            "pkg/sub/c.py": "x = 1\n",
        },
    )
    found = Scanner({}).scan("pkg.a", str(tmp_path))
    assert set(found.files) == {f"pkg/{name}.py" for name in files}
    assert found.outside == outside


def test_a_settled_file_is_read_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"pkg/a.py": "import numpy\n"})
    os.utime(tmp_path / "pkg/a.py", (1, 1))
    first = Scanner({})
    before = first.scan("pkg.a", str(tmp_path))
    assert first.is_changed
    second = Scanner(dict(first.known))
    assert second.scan("pkg.a", str(tmp_path)) == before
    assert not second.is_changed


def test_an_edit_is_seen(tmp_path: Path) -> None:
    write_files(tmp_path, {"pkg/a.py": "import numpy\n"})
    os.utime(tmp_path / "pkg/a.py", (1, 1))
    first = Scanner({})
    before = first.scan("pkg.a", str(tmp_path))
    write_files(tmp_path, {"pkg/a.py": "import pandas\n"})
    os.utime(tmp_path / "pkg/a.py", (2, 2))
    after = Scanner(first.known).scan("pkg.a", str(tmp_path))
    assert (before.outside, after.outside) == ({"numpy"}, {"pandas"})
    assert before.files != after.files


def test_a_file_written_just_now_is_not_trusted_to_its_time(tmp_path: Path) -> None:
    write_files(tmp_path, {"pkg/a.py": "import numpy\n"})
    scanner = Scanner({})
    scanner.scan("pkg.a", str(tmp_path))
    assert scanner.known == {}


def test_plug_ins_that_a_module_looks_up_are_reached() -> None:
    import penstock.core

    folder = str(Path(penstock.core.__path__[0]).parents[1])
    files = Scanner({}).scan("penstock.stages.train", folder).files
    assert "penstock/ml/training/sklearn.py" in files
    assert "penstock/stages/ingest.py" not in files
