"""Tests of `penstock.engine.source.project`."""

from __future__ import annotations

from pathlib import Path

import pytest
from unprivileged import unprivileged_folder

from penstock.core.error import PackageError
from penstock.engine.source import project as module
from penstock.engine.source.project import find_project, find_root, make_project


def touch(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("marker", ["penstock.toml", "pyproject.toml"])
def test_root_is_the_nearest_folder_with_a_marker(tmp_path: Path, marker: str) -> None:
    touch(tmp_path, marker, f"inner/{marker}", "inner/deep/pipeline.py", "other/pipeline.py")
    assert find_root(tmp_path / "inner/deep/pipeline.py") == tmp_path / "inner"
    assert find_root(tmp_path / "other/pipeline.py") == tmp_path


def test_root_without_a_marker_is_the_own_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/pipeline.py")
    assert find_root(tmp_path / "a/b/pipeline.py") == tmp_path / "a/b"


def test_root_of_a_link_is_that_of_the_file(tmp_path: Path) -> None:
    touch(tmp_path, "real/penstock.toml", "real/pipeline.py")
    (tmp_path / "link.py").symlink_to(tmp_path / "real/pipeline.py")
    assert find_root(tmp_path / "link.py") == tmp_path / "real"


@pytest.mark.parametrize(
    ("files", "main", "paths"),
    [
        (["pipeline.py"], "pipeline.py", ("",)),
        (["src/trips/clean.py", "pipeline.py"], "pipeline.py", ("", "src")),
        (["pipelines/taxi.py"], "pipelines/taxi.py", ("pipelines", "")),
        (["pipelines/__init__.py", "pipelines/taxi.py"], "pipelines/taxi.py", ("", "pipelines")),
        (["src/taxi.py"], "src/taxi.py", ("", "src")),
        (["src/__init__.py", "taxi.py"], "taxi.py", ("",)),
    ],
)
def test_paths(tmp_path: Path, files: list[str], main: str, paths: tuple[str, ...]) -> None:
    touch(tmp_path, "penstock.toml", *files)
    assert find_project(tmp_path / main).paths == paths


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("pipeline.py", "pipeline"),
        ("pipelines/taxi.py", "pipelines.taxi"),
        ("src/trips/clean.py", "trips.clean"),
        ("src/trips/__init__.py", "trips"),
        ("my pipeline.py", "my pipeline"),
        ("größe/Übung 1.py", "größe.Übung 1"),
    ],
)
def test_module_names_lead_back_to_their_files(tmp_path: Path, file: str, name: str) -> None:
    touch(tmp_path, "penstock.toml", "src/x.py", file)
    project = make_project(tmp_path, tmp_path / file)
    assert project.module_name(tmp_path / file) == name
    assert project.module_file(name) == tmp_path / file


def test_a_dot_in_a_file_name_is_no_package(tmp_path: Path) -> None:
    touch(tmp_path, "taxi.v2.py")
    project = find_project(tmp_path / "taxi.v2.py")
    name = project.module_name(tmp_path / "taxi.v2.py")
    assert "." not in name
    assert project.module_file(name) == tmp_path / "taxi.v2.py"


def test_siblings_of_the_main_file_are_found_by_their_plain_name(tmp_path: Path) -> None:
    touch(tmp_path, "penstock.toml", "pipelines/taxi.py", "pipelines/clean.py")
    project = find_project(tmp_path / "pipelines/taxi.py")
    assert project.module_file("clean") == tmp_path / "pipelines/clean.py"
    assert project.module_file("pipelines.clean") == tmp_path / "pipelines/clean.py"
    assert project.module_file("nothing") is None
    assert project.is_folder("pipelines")


def test_a_file_elsewhere_has_no_name(tmp_path: Path) -> None:
    touch(tmp_path, "a/penstock.toml", "a/x.py", "b/y.py")
    with pytest.raises(PackageError, match=r"y\.py is not part of the project"):
        find_project(tmp_path / "a/x.py").module_name(tmp_path / "b/y.py")


def test_files_are_sources_only(tmp_path: Path) -> None:
    kept = ["a.py", "penstock.toml", "q/trips.sql", "q/deep/er/note.md", "page.html", "größe x/t.j2", "c.ini"]
    left = [".env", ".env.toml", ".git/x.py", ".venv/x.py", "env/pyvenv.cfg", "env/lib/x.py", "__pycache__/a.py"]
    left += ["node_modules/x/y.json", ".penstock/z.json", "trips.csv", "t.parquet", "i.png", "x.egg-info/a.txt"]
    touch(tmp_path, *kept, *left)
    (tmp_path / "big.json").write_bytes(b"0" * (module.MAX_SOURCE_BYTES + 1))
    assert find_project(tmp_path / "a.py").files() == sorted(kept)


def test_links_never_lead_out_of_the_root(tmp_path: Path) -> None:
    touch(tmp_path, "p/penstock.toml", "p/sub/a.py", "secret.txt", "outside/b.py")
    (tmp_path / "p/secret.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "p/sub/out.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "p/sub/inside.py").symlink_to(tmp_path / "p/sub/a.py")
    (tmp_path / "p/sub/root.toml").symlink_to(tmp_path / "p/penstock.toml")
    (tmp_path / "p/outside").symlink_to(tmp_path / "outside")
    (tmp_path / "p/loop").symlink_to(tmp_path / "p")
    (tmp_path / "p/dangling.py").symlink_to(tmp_path / "nowhere")
    found = find_project(tmp_path / "p/sub/a.py").files()
    assert found == ["penstock.toml", "sub/a.py", "sub/inside.py", "sub/root.toml"]


def test_an_unmarked_root_is_not_searched_for_other_projects(tmp_path: Path) -> None:
    touch(tmp_path, "script.py", "helpers/x.py", "helpers/deep/y.sql", "repo/pyproject.toml", "repo/z.py")
    touch(tmp_path, "downloads/a/b.json")
    assert find_project(tmp_path / "script.py").files() == ["helpers/deep/y.sql", "helpers/x.py", "script.py"]


def test_too_many_sources_name_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "penstock.toml", "a.py", "b.py")
    monkeypatch.setattr(module, "MAX_SOURCES", 2)
    with pytest.raises(PackageError, match=r"more than 2 source files[^$]*fix:.*penstock\.toml"):
        find_project(tmp_path / "a.py").files()


def test_an_unreadable_folder_has_no_sources() -> None:
    with unprivileged_folder() as folder:
        touch(folder, "penstock.toml", "a.py", "locked/b.py")
        (folder / "locked").chmod(0)
        assert find_project(folder / "a.py").files() == ["a.py", "penstock.toml"]
