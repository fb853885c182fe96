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


MAPPED = """
import penstock as ps


@ps.step
def numbers(count: int) -> list[int]:
    return list(range(count))


@ps.step
def train(number: int) -> ps.Metrics:
    return ps.Metrics(number=number)


@ps.step
def best(found: list[ps.Metrics]) -> int:
    return max(one["number"] for one in found)


@ps.pipeline
def choose(count: int = 3):
    return best(train.map(numbers(count)))
"""


def test_a_mapped_step_is_a_list_of_its_items(penstock: Call, project: Path) -> None:
    (project / "mapped.py").write_text(MAPPED)
    assert penstock("run", "mapped.py", "--inline").code == 0
    paths = [item["path"] for item in penstock("get", "last:train", "--json", "-o", "all").json]
    assert [json.loads((project / path).read_text())["number"] for path in paths] == [0, 1, 2]
    assert penstock("get", "last:train[1]", "-o", "one.json").code == 0
    assert json.loads((project / "one.json").read_text())["number"] == 1
    assert len([line for line in penstock("lineage", "last:train").lines if line.startswith("Metrics ")]) == 3
    assert len(penstock("lineage", "last:train[2]", "--json").json) == 1


def test_values_of_items_are_one_list(sums: Call, penstock: Call) -> None:
    sums()
    assert penstock("get", "last:square", "--json").json == [{"value": [0, 1, 4, 9]}]
    assert penstock("get", "last:square[2]", "--json").json == [{"value": 4}]


def test_standard_output_takes_values_only(sums: Call, penstock: Call, project: Path) -> None:
    sums()
    assert json.loads(penstock("get", "last:values", "-o", "-").out) == [0, 1, 4, 9]
    done = penstock("get", "last:figures", "-o", "-")
    assert (done.code, done.out) == (2, "")
    assert "'last:figures' is files, not a JSON value" in done.err
    assert not (project / "-").exists()


def test_json_tells_where_it_was_put(sums: Call, penstock: Call) -> None:
    sums()
    assert penstock("get", "last:figures", "--json", "-o", "f.json").json == [{"path": "f.json"}]
    assert penstock("get", "last:values", "--json", "-o", "v.json").json == [{"path": "v.json"}]
