from pathlib import Path

import pytest
from command_line import Call

from penstock.ml.data.drift import Comparison


@pytest.fixture
def later(trips: str, penstock: Call) -> str:
    """Saved statistics of trips of which the cheap ones are gone."""
    penstock("data", "describe", trips, "--sql", "select * from this where fare > 9", "-o", "later.json")
    return "later.json"


def test_what_differs_comes_first(saved: str, later: str, penstock: Call) -> None:
    done = penstock("data", "drift", saved, later)
    assert done.code == 0
    assert done.lines[0].startswith("drift  400 rows before, ")
    assert done.lines[1].split() == ["feature", "type", "JSD", "L-inf", "KS", "PSI", "W1/std", "missing"]
    assert "fare" in [line.split()[0] for line in done.lines[2:6]]
    assert done.lines[-1] == "no limit is set: --threshold, or comparators in --schema"


def test_equal_data(saved: str, trips: str, penstock: Call) -> None:
    done = penstock("data", "drift", saved, trips, "--threshold", "psi=0.1")
    assert done.code == 0
    assert done.lines[1:] == ["  18 without a difference: --json", "", "nothing passes its limit"]


def test_a_limit_that_is_passed(saved: str, later: str, penstock: Call) -> None:
    done = penstock("data", "drift", saved, later, "--threshold", "fare:kolmogorov_smirnov=0.1", "-o", "found.json")
    assert done.code == 1
    at = done.lines.index("high  fare  kolmogorov smirnov")
    assert "is above 0.1" in done.lines[at + 1]
    assert done.lines[-2:] == ["1 finding", "wrote found.json"]
    (data,) = penstock("data", "drift", saved, later, "--threshold", "kolmogorov_smirnov=0.1", "--json").json
    assert "fare" in [finding["feature"] for finding in data["findings"]]
    assert len(data["features"]) == 18
    assert [one.feature for one in Comparison.load("found.json").findings] == ["fare"]


def test_limits_of_a_schema_and_skew(saved: str, later: str, penstock: Call) -> None:
    Path("skew.yaml").write_text("features: {fare: {type: float, skew: {jensen_shannon: 0.01}}}")
    assert penstock("data", "drift", saved, later, "--schema", "skew.yaml").code == 0
    done = penstock("data", "drift", saved, later, "--schema", "skew.yaml", "--skew")
    assert done.code == 1
    assert "high  fare  jensen shannon" in done.lines


def test_features_that_came_went_or_changed(saved: str, penstock: Call) -> None:
    Path("other.csv").write_text("fare,colour,shape\nhigh,red,round\nlow,blue,round\n")
    done = penstock("data", "drift", saved, "other.csv")
    assert done.code == 1
    assert "changed  colour, shape  new" in done.lines
    assert "changed  fare  type" in done.lines


def test_what_could_not_be_compared(trips: str, saved: str, penstock: Call) -> None:
    penstock("data", "describe", trips, "--sql", "select * from this where fare < 0", "-o", "nothing.json")
    done = penstock("data", "drift", saved, "nothing.json", "--threshold", "psi=0.2")
    assert done.code == 1
    assert "unknown  all features  not comparable" in done.lines
    done = penstock("data", "drift", saved, "nothing.json")
    assert done.code == 0
    assert done.lines[-1] == "nothing could be compared: there are no examples in the current data"


def test_a_report_is_one_page(saved: str, later: str, penstock: Call) -> None:
    done = penstock("data", "drift", saved, later, "--report", "page.html")
    assert (done.code, done.lines[-1]) == (0, "wrote page.html")
    assert "later.json" in Path("page.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["trips.json"], 2, "missing argument 'CURRENT'"),
        (["trips.json", "nothing.json"], 1, "cannot be read"),
        (["trips.json", "broken.json"], 1, "broken.json"),
        (["trips.json", "trips.json", "--threshold", "psi"], 2, "'psi' is no NAME=VALUE"),
        (["trips.json", "trips.json", "--threshold", "psi=much"], 2, "'much' is no number"),
        (["trips.json", "trips.json", "--threshold", "pis=1"], 2, "did you mean 'psi'?"),
    ],
)
def test_bad_input_is_told_in_three_lines(
    arguments: list[str], code: int, said: str, saved: str, penstock: Call
) -> None:
    Path("broken.json").write_text('{"datasets": [')
    done = penstock("data", "drift", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]
