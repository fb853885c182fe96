from pathlib import Path

import pytest
import yaml
from command_line import Call

from penstock.ml.data.anomalies import Anomalies


def test_data_that_fits(trips: str, schema: str, penstock: Call) -> None:
    done = penstock("data", "validate", trips, "--schema", schema)
    assert (done.code, done.lines) == (0, ["the data fits its schema"])


def test_what_is_wrong_in_which_rows_and_what_to_do(bad: str, schema: str, penstock: Call) -> None:
    done = penstock("data", "validate", bad, "--schema", schema)
    assert done.code == 1
    assert done.lines[0] == "error  company  Unexpected string values  ENUM_TYPE_UNEXPECTED_STRING_VALUES"
    assert "  row 7: Moon Cab" in done.lines
    assert any(line.startswith("  row 4: $") for line in done.lines)
    assert "  row 9: 24" in done.lines
    assert done.lines[-1].endswith("errors in 3 features")
    command = next(line for line in done.lines if line.startswith("to relax the schema: ")).split()
    relax = command[command.index("penstock") + 1 :]
    assert penstock(*relax).code == 0
    assert penstock("data", "validate", bad, "--schema", schema).code == 0


def test_json_has_rows_and_sql(bad: str, schema: str, penstock: Call) -> None:
    done = penstock("data", "validate", bad, "--schema", schema, "--json", "-o", "found.json")
    assert done.code == 1
    (data,) = done.json
    assert set(data["anomalyInfo"]) == {"company", "fare", "trip_start_hour"}
    hour = next(one for one in data["findings"] if one["feature"] == "trip_start_hour")
    assert hour["rows"] == [{"row": 9, "value": 24}]
    assert hour["sql"].lower().startswith("select")
    assert Anomalies.load("found.json").to_json() == data


def test_saved_statistics_have_no_rows(bad: str, schema: str, penstock: Call) -> None:
    penstock("data", "describe", bad, "-o", "bad.json")
    done = penstock("data", "validate", "bad.json", "--schema", schema)
    assert done.code == 1
    assert "  row 7: Moon Cab" not in done.lines


def test_warnings_do_not_fail(trips: str, bad: str, penstock: Call) -> None:
    Path("lax.yaml").write_text("features: {trip_start_hour: {type: int, max: 23, severity: warning}}")
    done = penstock("data", "validate", bad, "--schema", "lax.yaml", "--max-rows", "0", "--sql",
                    "select trip_start_hour from this")  # fmt: skip
    assert done.code == 0
    assert done.lines[0].startswith("warning  trip_start_hour  Out-of-range values")
    assert done.lines[-1] == "1 warning in 1 feature"


def test_the_same_of_several_features_is_said_once(trips: str, penstock: Call) -> None:
    Path("few.yaml").write_text("features: {fare: {type: float}, gone: {type: int, required: true}}")
    done = penstock("data", "validate", trips, "--schema", "few.yaml", "--sql", "select fare, tips, company from this")
    assert done.code == 1
    assert sum("SCHEMA_NEW_COLUMN" in line for line in done.lines) == 1
    assert any(line.startswith("error  company, tips  ") for line in done.lines)
    assert done.lines[-1] == "3 errors in 3 features"


def test_environments(trips: str, penstock: Call) -> None:
    Path("two.yaml").write_text(
        "{environments: [TRAINING, SERVING], features: {fare: {type: float}, tips: {type: float, required: true, "
        "not_in_environment: [SERVING]}}}"
    )
    serving = ("data", "validate", trips, "--schema", "two.yaml", "--sql", "select fare from this", "--environment")
    assert penstock(*serving, "SERVING").code == 0
    assert penstock(*serving, "TRAINING").code == 1


def test_drift_against_the_span_before(trips: str, saved: str, penstock: Call) -> None:
    Path("drift.yaml").write_text("features: {fare: {type: float, drift: {jensen_shannon: 0.01}}}")
    only = ("--schema", "drift.yaml", "--sql", "select fare from this where fare > 20")
    done = penstock("data", "validate", trips, *only, "--previous", saved)
    assert done.code == 1
    assert "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH" in done.out


def test_a_report_is_one_page(bad: str, schema: str, penstock: Call) -> None:
    done = penstock("data", "validate", bad, "--schema", schema, "--report", "page.html")
    assert (done.code, done.lines[-1]) == (1, "wrote page.html")
    assert "Moon Cab" in Path("page.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["trips.csv"], 2, "missing option '--schema'"),
        (["trips.csv", "--schema", "nothing.yaml"], 1, "cannot read the schema"),
        (["trips.csv", "--schema", "trips.yaml", "--max-rows", "-1"], 2, "-1 is less than 0"),
        (["trips.csv", "--schema", "trips.yaml", "--max-rows", "x"], 2, "is not a whole number"),
        (["trips.csv", "--schema", "trips.yaml", "--previous", "nothing.json"], 1, "cannot be read"),
        (["trips.csv", "--schema", "trips.yaml", "--environment", "SERVING"], 2, "no environment 'SERVING'"),
        (["nothing.csv", "--schema", "trips.yaml"], 1, "there is no such file"),
    ],
)
def test_bad_input_is_told_in_three_lines(
    arguments: list[str], code: int, said: str, schema: str, penstock: Call
) -> None:
    done = penstock("data", "validate", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]


def test_an_earlier_version_of_the_data(saved: str, schema: str, penstock: Call) -> None:
    text = Path(schema).read_text()
    limits = {"num_examples_version_comparator": {"min_fraction_threshold": 1.5}}
    Path(schema).write_text(yaml.safe_dump({**yaml.safe_load(text), "dataset_constraints": limits}))
    assert penstock("data", "validate", saved, "--schema", schema).code == 0
    done = penstock("data", "validate", saved, "--schema", schema, "--earlier-version", saved)
    assert (done.code, done.lines[0].split()[-1]) == (1, "COMPARATOR_LOW_NUM_EXAMPLES")
