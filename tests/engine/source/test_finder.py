"""Tests of `penstock.engine.source.finder`: the packaged code runs, under the live project's paths."""

from __future__ import annotations

import importlib
import inspect
import linecache
import shutil
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest
from projects import MakeProject, write_files

from penstock.engine.source.archive import open_package
from penstock.engine.source.loader import serve_package
from penstock.engine.source.package import build_package
from penstock.engine.source.project import Project


def serve(make: MakeProject, tmp_path: Path, files: Mapping[str, str], detached: Mapping[str, str] = {}) -> Project:
    """Package a project, then change every live file."""
    project = make(files)
    build_package(project, {"nodes": []}, detached, tmp_path / "p.zip", requirements={})
    write_files(project.root, {name: "raise ValueError('live')\n" for name in files if name.endswith(".py")})
    serve_package(open_package(tmp_path / "p.zip"), project.root)
    return project


def test_planned_code_under_live_paths(make: MakeProject, tmp_path: Path) -> None:
    project = serve(
        make,
        tmp_path,
        {
            "fa_main.py": "from fa_pkg import lib\ndef f(): return lib\n",
            "fa_pkg/__init__.py": "",
            "fa_pkg/lib.py": "x = 1\n",
        },
    )
    main = importlib.import_module("fa_main")
    assert main.f().x == 1
    assert main.__file__ == str(project.root / "fa_main.py") == main.f.__code__.co_filename
    assert sys.modules["fa_pkg"].__path__ == [str(project.root / "fa_pkg")]
    assert main.f().__spec__.parent == main.f().__package__ == "fa_pkg"
    assert not list(project.root.rglob("__pycache__"))


def test_data_beside_the_code_is_found(make: MakeProject, tmp_path: Path) -> None:
    text = "from pathlib import Path\ntext = (Path(__file__).parent / 'data.csv').read_text()\n"
    serve(make, tmp_path, {"fb_main.py": text, "data.csv": "1,2"})
    assert importlib.import_module("fb_main").text == "1,2"


def test_tracebacks_show_the_planned_lines(make: MakeProject, tmp_path: Path) -> None:
    project = serve(make, tmp_path, {"fc_main.py": "def f():\n    return 1 / 0  # planned\n"})
    module = importlib.import_module("fc_main")
    with pytest.raises(ZeroDivisionError) as caught:
        module.f()
    text = "".join(traceback.format_exception(caught.value))
    assert f'File "{project.root / "fc_main.py"}", line 2, in f' in text
    assert "return 1 / 0  # planned" in text
    linecache.checkcache()
    assert "# planned" in inspect.getsource(module.f)


def test_everything_runs_without_a_live_project(make: MakeProject, tmp_path: Path) -> None:
    project = serve(
        make, tmp_path, {"fd_main.py": "import fd_lib\ndef f(): return fd_lib.x / 0\n", "fd_lib.py": "x = 1\n"}
    )
    shutil.rmtree(project.root)
    with pytest.raises(ZeroDivisionError) as caught:
        importlib.import_module("fd_main").f()
    assert "return fd_lib.x / 0" in "".join(traceback.format_exception(caught.value))


def test_folders_without_init(make: MakeProject, tmp_path: Path) -> None:
    project = serve(
        make,
        tmp_path,
        {"main.py": "", "fe_space/deep/lib.py": "from . import other\nx = 1\n", "fe_space/deep/other.py": ""},
    )
    lib = importlib.import_module("fe_space.deep.lib")
    assert lib.x == 1
    assert list(sys.modules["fe_space"].__path__) == [str(project.root / "fe_space")]


def test_siblings_and_source_folder(make: MakeProject, tmp_path: Path) -> None:
    serve(make, tmp_path, {"flows/ff_main.py": "import ff_side, ff_lib\n", "flows/ff_side.py": "", "src/ff_lib.py": ""})
    importlib.import_module("flows.ff_main")
    assert {"ff_side", "ff_lib"} <= set(sys.modules)


def test_main_file_in_a_folder_that_another_package_hides(make: MakeProject, tmp_path: Path) -> None:
    serve(make, tmp_path, {"yaml/fg_main.py": "import yaml\nx = yaml.safe_load('7')\n"})
    assert importlib.import_module("yaml.fg_main").x == 7


def test_a_folder_does_not_hide_an_installed_package(make: MakeProject, tmp_path: Path) -> None:
    serve(make, tmp_path, {"fh_main.py": "import yaml\nx = yaml.safe_load('7')\n", "yaml/notes.py": ""})
    assert importlib.import_module("fh_main").x == 7


def test_generated_modules(make: MakeProject, tmp_path: Path) -> None:
    serve(
        make,
        tmp_path,
        {"fi_main.py": "x = 5\n"},
        {"penstock_cell_1": "from fi_main import x\ndef f():\n    return x / 0\n"},
    )
    module = importlib.import_module("penstock_cell_1")
    assert module.x == 5
    with pytest.raises(ZeroDivisionError) as caught:
        module.f()
    assert "return x / 0" in "".join(traceback.format_exception(caught.value))


def test_what_is_not_packaged_falls_through(make: MakeProject, tmp_path: Path) -> None:
    project = serve(make, tmp_path, {"fj_main.py": ""})
    write_files(project.root, {"fj_new.py": "x = 'live'\n"})
    importlib.invalidate_caches()
    assert importlib.import_module("fj_new").x == "live"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("fj_nothing")


def test_names_that_are_no_identifiers(make: MakeProject, tmp_path: Path) -> None:
    serve(make, tmp_path, {"mein Ordner/taxi.v2.py": "def f(): return __name__\n"})
    name = "mein Ordner.taxi\u2024v2"
    assert importlib.import_module(name).f() == name


def test_a_second_package_takes_the_place_of_the_first(make: MakeProject, tmp_path: Path) -> None:
    serve(make, tmp_path, {"fk_main.py": "x = 1\n"})
    serve(make, tmp_path, {"fk_main.py": "x = 2\n"})
    assert importlib.import_module("fk_main").x == 2


def test_penstock_itself_is_left_to_others(make: MakeProject, tmp_path: Path) -> None:
    serve(make, tmp_path, {"fl_main.py": "import penstock.core.state as s\n", "penstock/core/state.py": "x = 1\n"})
    assert not hasattr(importlib.import_module("fl_main").s, "x")
