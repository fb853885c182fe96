import json
from pathlib import Path

from command_line import Call


def test_pipelines_and_steps(penstock: Call, project: Path) -> None:
    (data,) = penstock("package", "flow.py:sums", "--json").json
    assert data["package"] == "sums.zip"
    done = penstock("unpack", "sums.zip", "out")
    assert done.code == 0
    assert (project / "out/sources/flow.py").read_text() == (project / "flow.py").read_text()
    assert json.loads((project / "out/graph.json").read_text())["name"] == "sums"
    assert penstock("package", "flow.py:square", "-o", "square.zip").code == 0
    penstock("unpack", "square.zip", "one")
    graph = json.loads((project / "one/graph.json").read_text())
    assert [node["name"] for node in graph["nodes"]] == ["square"]
    assert [parameter["name"] for parameter in graph["parameters"]] == ["number"]


def test_equal_sources_give_equal_bytes(penstock: Call, project: Path) -> None:
    penstock("package", "flow.py:sums", "-o", "../a.zip")
    penstock("package", "flow.py:sums", "-o", "../b.zip")
    assert (project / "../a.zip").read_bytes() == (project / "../b.zip").read_bytes()


def test_data_goes_along_only_when_asked_for(penstock: Call, project: Path) -> None:
    (project / "rows.csv").write_text("a\n1\n")
    penstock("package", "flow.py:sums", "-o", "../without.zip")
    penstock("package", "flow.py:sums", "-o", "../with.zip", "--with-data")
    files = [
        json.loads(penstock("unpack", f"../{name}.zip", f"../{name}", "--json").out)["files"]
        for name in ("without", "with")
    ]
    assert not any("rows.csv" in name for name in files[0])
    assert any(name.endswith("rows.csv") for name in files[1])


def test_what_is_no_package(penstock: Call, project: Path) -> None:
    (project / "bad.zip").write_text("no zip")
    done = penstock("unpack", "bad.zip", "out")
    assert done.code == 1
    assert "bad.zip" in done.err
    assert penstock("package", "flow.py").code == 2
    for command in (("unpack", "none.zip", "out"), ("unpack", ".", "out"), ("package", "none.py"), ("run", "none.zip")):
        assert penstock(*command).code == 2
