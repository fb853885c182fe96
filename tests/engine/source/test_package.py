"""Tests of `penstock.engine.source.package`."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import MakeProject, write_files

from penstock.core.error import PackageError
from penstock.core.graph import Graph, Node, StepRef
from penstock.engine.source.archive import open_package
from penstock.engine.source.package import build_package, plan_package
from penstock.engine.source.project import make_project

GRAPH = Graph("taxi", nodes=(Node("step", StepRef("pipeline", "step", "pipeline.py")),)).to_json()
FILES = {
    "pipeline.py": "import yaml\nfrom trips.clean import f\ndef step(x): return f(x)\n",
    "src/trips/clean.py": "import pytest\ndef f(x): return x\n",
    "größe/Ü b.sql": "select 'ß'",
    ".env": "SECRET=1",
    "data/trips.csv": "fare\n1\n",
}


def test_what_it_holds(make: MakeProject, tmp_path: Path) -> None:
    project = make(FILES)
    manifest = build_package(project, GRAPH, {"penstock_cell_1": "x = 1\n"}, tmp_path / "out/p.zip")
    with open_package(tmp_path / "out/p.zip") as package:
        assert package.manifest == manifest
        assert package.graph_json == GRAPH
        pins = package.read("requirements.txt").decode().splitlines()
    assert sorted(manifest.files) == [
        "graph.json",
        "requirements.txt",
        "sources/größe/Ü b.sql",
        "sources/penstock.toml",
        "sources/penstock_cell_1.py",
        "sources/pipeline.py",
        "sources/src/trips/clean.py",
    ]
    assert (manifest.main, manifest.paths) == ("pipeline.py", ("", "src"))
    assert sorted(pin.partition("==")[0].lower() for pin in pins) == ["penstock", "pytest", "pyyaml"]
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out/p.zip"]


def test_given_requirements_are_taken_as_they_are(make: MakeProject, tmp_path: Path) -> None:
    contents = plan_package(make(FILES), GRAPH, {}, requirements={"b": "2", "a": "1"})
    assert contents.files["requirements.txt"] == b"a==1\nb==2\n"


def test_data_only_where_asked_for(make: MakeProject, tmp_path: Path) -> None:
    project = make(FILES)
    (tmp_path / "outside.csv").write_text("x\n")
    wanted = [project.root / "data/trips.csv", tmp_path / "outside.csv"]
    manifest = build_package(project, GRAPH, {}, tmp_path / "p.zip", data=wanted)
    assert {name for name in manifest.files if name.startswith("data/")} == {"data/data/trips.csv", "data/outside.csv"}
    with open_package(tmp_path / "p.zip") as package:
        assert package.read("data/data/trips.csv") == b"fare\n1\n"
    with pytest.raises(PackageError, match=r"no data file .*missing\.csv"):
        build_package(project, GRAPH, {}, tmp_path / "q.zip", data=[tmp_path / "missing.csv"])
    assert not (tmp_path / "q.zip").exists()


def test_the_same_sources_give_the_same_bytes_wherever_they_are(tmp_path: Path) -> None:
    bytes_of = []
    for folder, stamp in (("a", 1), ("deeper/b", 2_000_000_000)):
        root = tmp_path / folder
        write_files(root, {"penstock.toml": "", **FILES})
        for path in root.rglob("*.py"):
            os.utime(path, (stamp, stamp))
            path.chmod(0o600 if stamp == 1 else 0o755)
        build_package(make_project(root, root / "pipeline.py"), GRAPH, {}, tmp_path / f"{stamp}.zip")
        bytes_of.append((tmp_path / f"{stamp}.zip").read_bytes())
    assert bytes_of[0] == bytes_of[1]


@pytest.mark.parametrize("change", [{"pipeline.py": "x = 1\n"}, {"new.py": ""}, {"penstock.toml": "[a]\n"}])
def test_the_digest_follows_the_content(make: MakeProject, change: dict[str, str]) -> None:
    before = plan_package(make(FILES), GRAPH, {}, requirements={}).manifest
    assert plan_package(make(FILES), GRAPH, {}, requirements={}).manifest.digest == before.digest
    after = plan_package(make({**FILES, **change}), GRAPH, {}, requirements={}).manifest
    assert after.digest != before.digest


def test_the_zip_is_plain(make: MakeProject, tmp_path: Path) -> None:
    build_package(make(FILES), GRAPH, {}, tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        infos = archive.infolist()
        assert archive.testzip() is None
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {(info.date_time, info.compress_type, info.external_attr) for info in infos} == {
        ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0o100644 << 16)
    }


NAMES = st.text(
    st.characters(whitelist_categories=("Ll", "Lu", "Nd"), whitelist_characters=" _-"), min_size=1, max_size=8
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(NAMES.filter(lambda name: name.strip() == name), st.text(max_size=20), min_size=1, max_size=5)
)
def test_what_goes_in_comes_out(tmp_path: Path, files: dict[str, str]) -> None:
    root = tmp_path / "project"
    for path in root.glob("*.py"):
        path.unlink()
    write_files(root, {f"{name}.py": "" for name in files})
    for name, text in files.items():
        (root / f"{name}.py").write_bytes(text.encode())
    build_package(make_project(root, None), GRAPH, {}, tmp_path / "p.zip", requirements={})
    with open_package(tmp_path / "p.zip") as package:
        names = {name.removeprefix("sources/"): package.read(name) for name in package.manifest.files}
    assert {name: names[f"{name}.py"].decode() for name in files} == files
