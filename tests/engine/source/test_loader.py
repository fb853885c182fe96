"""Tests of `penstock.engine.source.loader`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from projects import MakeProject, write_files

from penstock.core.error import GraphError, PenstockError, SourceChangedError, UsageError
from penstock.core.graph import StepRef
from penstock.engine.source.archive import open_package
from penstock.engine.source.loader import load_pipeline_file, load_step, serve_package
from penstock.engine.source.loading import StopLoading
from penstock.engine.source.package import build_package

STOP = "from penstock.engine.source.loading import stop_if_loading as run\n"


def load(make: MakeProject, files: dict[str, str]) -> object:
    project = make(files)
    return load_pipeline_file(project.root / next(iter(files)))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("taxi_one.py", "taxi_one"),
        ("pipelines/taxi_two.py", "pipelines.taxi_two"),
        ("src/trips/taxi_three.py", "trips.taxi_three"),
        ("mit Leerzeichen/Übung 1.py", "mit Leerzeichen.Übung 1"),
    ],
)
def test_a_file_is_loaded_under_its_canonical_name(make: MakeProject, file: str, name: str) -> None:
    project = make({file: "def f(): return __name__, __file__\n", "src/x.py": ""})
    module = load_pipeline_file(project.root / file)
    assert module.f() == (name, str(project.root / file))
    assert sys.modules[name] is module


def test_siblings_root_and_src_can_be_imported(make: MakeProject) -> None:
    module = load(
        make,
        {
            "pipelines/main_a.py": "import side_a, top_a, pipelines.side_a\nfrom lib_a import x\n",
            "pipelines/side_a.py": "x = 1\n",
            "top_a.py": "x = 2\n",
            "src/lib_a.py": "x = 3\n",
        },
    )
    assert (module.side_a.x, module.top_a.x, module.x) == (1, 2, 3)  # type: ignore[attr-defined]


def test_relative_imports_of_a_package(make: MakeProject) -> None:
    module = load(make, {"pkg_r/main.py": "from . import lib\n", "pkg_r/__init__.py": "", "pkg_r/lib.py": "x = 1\n"})
    assert module.lib.x == 1  # type: ignore[attr-defined]


def test_a_folder_named_as_an_installed_package(make: MakeProject) -> None:
    module = load(make, {"yaml/main.py": "import yaml\nx = yaml.safe_load('1')\n"})
    assert module.x == 1  # type: ignore[attr-defined]


def test_loading_ends_at_a_call_of_run(make: MakeProject) -> None:
    module = load(make, {"script_a.py": STOP + "x = 1\nrun()\nx = 2\n"})
    assert module.x == 1  # type: ignore[attr-defined]


def test_a_guarded_call_is_not_made(make: MakeProject) -> None:
    module = load(make, {"script_b.py": STOP + "if __name__ == '__main__':\n    run()\nx = 2\n"})
    assert module.x == 2  # type: ignore[attr-defined]


def test_a_call_of_run_in_an_imported_module_is_an_error(make: MakeProject) -> None:
    with pytest.raises(GraphError, match=r"lib_b\.py runs a pipeline while it is imported[^$]*lib_b\.py:2"):
        load(make, {"script_c.py": "import lib_b\n", "lib_b.py": STOP + "run()\n"})


def test_edits_are_seen(make: MakeProject) -> None:
    files = {"main_c.py": "import lib_c\nx = lib_c.x\n", "lib_c.py": "x = 1\n"}
    assert load(make, files).x == 1  # type: ignore[attr-defined]
    assert load(make, {**files, "lib_c.py": "x = 22\n"}).x == 22  # type: ignore[attr-defined]


def test_an_edit_of_the_same_length_at_the_same_second_is_seen(
    make: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    files = {"main_d.py": "import lib_d\nx = lib_d.x\n", "lib_d.py": "x = 1\n"}
    for value in range(1, 6):
        assert load(make, {**files, "lib_d.py": f"x = {value}\n"}).x == value  # type: ignore[attr-defined]


def test_projects_do_not_see_each_other(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_files(tmp_path / name, {"main_e.py": "import lib_e\n", "lib_e.py": f"x = '{name}'\n"})
    assert [load_pipeline_file(tmp_path / name / "main_e.py").lib_e.x for name in ("a", "b", "a")] == ["a", "b", "a"]
    assert str(tmp_path / "b") not in sys.path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pipelin.py", r"there is no file .*pipelin\.py; did you mean 'pipeline\.py'"),
        ("notes.txt", r"notes\.txt is not a Python file"),
        ("folder", "is not a Python file"),
        ("none/x.py", "there is no file"),
    ],
)
def test_what_is_no_pipeline_file(tmp_path: Path, name: str, message: str) -> None:
    write_files(tmp_path, {"pipeline.py": "", "notes.txt": "", "folder/x.py": ""})
    with pytest.raises(UsageError, match=message):
        load_pipeline_file(tmp_path / name)


@pytest.mark.parametrize(
    ("files", "cause", "message"),
    [
        ({"bad_a.py": "x = 1\ndef f(:\n"}, SyntaxError, r"does not compile: [^$]*bad_a\.py:2[^$]*def f\(:"),
        ({"bad_b.py": "import bad_lib\n", "bad_lib.py": "\n\nx = = 1\n"}, SyntaxError, r"bad_lib\.py:3"),
        ({"bad_c.py": "x = 1\ny = 1 / 0\n"}, ZeroDivisionError, r"ZeroDivisionError: division by zero[^$]*bad_c\.py:2"),
        (
            {"bad_d.py": "import nowhere_at_all\n"},
            ModuleNotFoundError,
            r"bad_d\.py:1[^$]*install what offers 'nowhere_at_all'",
        ),
        ({"bad_e.py": "import sys\nsys.exit(3)\n"}, SystemExit, r"SystemExit: 3[^$]*bad_e\.py:2"),
        ({"bad_f.py": "x = '\0'\n"}, (SyntaxError, ValueError), "null bytes"),
    ],
)
def test_what_fails_names_file_and_line(
    make: MakeProject, files: dict[str, str], cause: type[BaseException], message: str
) -> None:
    with pytest.raises(GraphError, match=message) as caught:
        load(make, files)
    assert isinstance(caught.value.__cause__, cause)
    assert next(iter(files)).removesuffix(".py") not in sys.modules


def test_a_file_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    with pytest.raises(GraphError, match=r"does not compile[^$]*latin\.py"):
        load_pipeline_file(tmp_path / "latin.py")


def test_errors_of_penstock_pass_as_they_are(make: MakeProject) -> None:
    text = "from penstock.core.error import UsageError\nraise UsageError('no', where='here', fix='so')\n"
    with pytest.raises(PenstockError, match="no") as caught:
        load(make, {"bad_g.py": text})
    assert type(caught.value) is UsageError


def test_a_step_is_found_by_its_qualified_name(make: MakeProject) -> None:
    load(make, {"main_f.py": "class A:\n    def f(): return 5\n"})
    assert load_step(StepRef("main_f", "A.f"))() == 5


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        (StepRef("main_g", "stepp"), "'stepp' is not in main_g; did you mean 'step'"),
        (StepRef("nowhere_at_all", "f"), "module 'nowhere_at_all' of the step cannot be found"),
        (StepRef("nowhere.at.all", "f"), "cannot be found"),
    ],
)
def test_a_step_that_is_gone(make: MakeProject, ref: StepRef, message: str) -> None:
    load(make, {"main_g.py": "def step(): ...\n"})
    with pytest.raises(SourceChangedError, match=message):
        load_step(ref)


def test_a_failure_inside_of_a_steps_module_passes(make: MakeProject) -> None:
    project = make({"main_h.py": "", "bad_h.py": "import nowhere_at_all\n"})
    load_pipeline_file(project.root / "main_h.py")
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        load_step(StepRef("bad_h", "f"))


def test_a_worker_loads_the_script_up_to_its_call_of_run(make: MakeProject, tmp_path: Path) -> None:
    project = make({"script_d.py": STOP + "def step(): return __name__\nrun()\nstep = None\n"})
    build_package(project, {"nodes": []}, {}, tmp_path / "p.zip", requirements={})
    serve_package(open_package(tmp_path / "p.zip"), project.root)
    assert load_step(StepRef("script_d", "step"))() == "script_d"


def test_a_stop_outside_of_any_loader_is_visible() -> None:
    with pytest.raises(StopLoading):
        raise StopLoading
