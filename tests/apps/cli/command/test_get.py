import json
from pathlib import Path

from command_line import Call


def test_an_output_becomes_a_file_or_folder(sums: Call, penstock: Call, project: Path) -> None:
    sums()
    assert penstock("get", "last:figures", "-o", "out/figures.json").out == "out/figures.json\n"
    assert json.loads((project / "out/figures.json").read_text())["total"] == 14
    assert penstock("get", "last:page", "-o", "report").code == 0
    assert (project / "report/report.html").read_text().startswith("<p>14")
    assert not (project / "report/manifest.json").exists()
    assert penstock("get", "last:figures").out == "figures.json\n"
    assert penstock("get", "last:figures", "-o", "out").code == 0
    assert len(list((project / "out").iterdir())) == 2


def test_values_are_printed(sums: Call, penstock: Call, project: Path) -> None:
    sums()
    assert json.loads(penstock("get", "last:values").out) == [0, 1, 4, 9]
    assert json.loads(penstock("get", "last:square[3].output").out) == 9
    assert penstock("get", "last:values", "-o", "values.json").out == "values.json\n"
    assert json.loads((project / "values.json").read_text()) == [0, 1, 4, 9]


def test_nothing_is_overwritten(sums: Call, penstock: Call, project: Path) -> None:
    sums()
    (project / "taken").write_text("mine")
    done = penstock("get", "last:figures", "-o", "taken")
    assert done.code == 2
    assert "'taken' exists already" in done.err
    assert (project / "taken").read_text() == "mine"


def test_by_digest(sums: Call, penstock: Call) -> None:
    digest = sums("--json").json[-1]["outputs"]["figures"]["digest"]
    assert penstock("get", digest, "-o", "a").code == 0
    assert penstock("get", digest.removeprefix("sha256:")[:10], "-o", "b").code == 0
    assert "too short" in penstock("get", digest[7:9]).err
    assert "no artifacts begin with" in penstock("get", "0" * 20).err


def test_unknown_outputs_are_listed(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("get", "last:figurse")
    assert done.code == 2
    assert "did you mean 'figures'" in done.err
