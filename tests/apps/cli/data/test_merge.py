import csv
import json
from pathlib import Path

from command_line import Call


def part(source: str, name: str, start: int, end: int | None) -> str:
    with Path(source).open(newline="") as file:
        names, *rows = csv.reader(file)
    with Path(name).open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows[start:end]])
    return name


def test_parts_become_the_whole(trips: str, saved: str, penstock: Call) -> None:
    for name, start, end in (("a", 0, 150), ("b", 150, None)):
        data = part(trips, f"{name}.csv", start, end)
        assert penstock("data", "describe", data, "-o", f"{name}.json").code == 0
    done = penstock("data", "merge", "b.json", "a.json", "-o", "deep/c.json", "--report", "c.html")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "deep/c.json  400 rows, 18 features"
    assert done.lines[-2:] == ["wrote deep/c.json", "wrote c.html"]
    assert Path("deep/c.json").read_bytes() == Path(saved).read_bytes()
    (found,) = penstock("data", "merge", "a.json", "b.json", "-o", "c.json", "--json").json
    assert found["datasets"][0]["numExamples"] == 400


def test_what_cannot_be_merged_is_told(trips: str, saved: str, penstock: Call) -> None:
    assert penstock("data", "describe", trips, "--weight", "fare", "-o", "weighed.json").code == 0
    done = penstock("data", "merge", saved, "weighed.json", "-o", "c.json")
    assert done.code != 0
    assert "some statistics are weighted and some are not" in done.err
    foreign = {"numExamples": "3", "features": [{"path": {"step": ["fare"]}, "type": "FLOAT", "numStats": {}}]}
    Path("foreign.json").write_text(json.dumps({"datasets": [foreign]}))
    done = penstock("data", "merge", saved, "foreign.json", "-o", "c.json")
    assert "they carry no state" in done.err
    assert not Path("c.json").exists()
