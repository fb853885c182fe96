import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import Call

from penstock.ml.data.schema import Schema


def test_one_line_per_feature(trips: str, penstock: Call) -> None:
    done = penstock("data", "describe", trips)
    assert (done.code, done.err) == (0, "")
    title, head, *lines = done.lines
    assert title == "trips.csv  400 rows, 18 features"
    assert head.split() == ["feature", "type", "missing", "different", "smallest", "mean", "largest"]
    assert len(lines) == 18
    assert max(len(line) for line in lines if " string " in line) <= 100
    assert next(line for line in lines if " company " in line).endswith("...")
    hour = next(line.split() for line in lines if "trip_start_hour" in line)
    assert hour[:6] == ["trip_start_hour", "int", "0", "%", "24", "0"]


def test_saved_statistics_are_shown_as_the_data_are(trips: str, saved: str, penstock: Call) -> None:
    assert penstock("data", "describe", saved).lines[1:] == penstock("data", "describe", trips).lines[1:]


def test_json_is_that_of_tensorflow_metadata(trips: str, penstock: Call) -> None:
    (found,) = penstock("data", "describe", trips, "--json", "-o", "deep/trips.json").json
    assert found["datasets"][0]["numExamples"] == 400
    kept = json.loads(Path("deep/trips.json").read_text())
    assert [one["path"] for one in kept["datasets"][0]["features"]] == [
        one["path"] for one in found["datasets"][0]["features"]
    ]


def test_times_lists_and_what_a_terminal_would_obey(project: Path, penstock: Call) -> None:
    rows = {
        "day": [date(2024, 1, 31), None, date(2024, 2, 2)],
        "odd\x1b[31m": ["\x1b]0;title\x07", "b", "b"],
        "tags": [["a"], [], ["a", "b", "c"]],
        "gap": [1.5, float("nan"), float("nan")],
    }
    pq.write_table(pa.table(rows), "odd.parquet")
    out = penstock("data", "describe", "odd.parquet").out
    assert "\x1b" not in out
    assert "\x07" not in out
    lines = {line.split()[0]: line for line in out.splitlines()[2:]}
    assert lines["day"].split()[1:4] == ["date", "33.3", "%"]
    assert "2024-01-31  2024-02-01  2024-02-02" in lines["day"]
    assert "\\x1b]0;title\\x07" in lines["odd\\x1b[31m"]
    assert lines["tags"].endswith("a, c, b  0 to 3 values")
    assert lines["gap"].endswith("2 NaN")


def test_a_terminal_without_unicode(project: Path) -> None:
    pq.write_table(pa.table({"caf\u00e9": ["\u00fc", "b"], "x": [1.0, float("inf")]}), "odd.parquet")
    code = "from penstock.apps.cli.main import main; import sys; sys.exit(main(['data', 'describe', 'odd.parquet']))"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "caf\\xe9" in done.stdout
    assert " inf" in done.stdout


def test_slices_weights_and_pairs(trips: str, penstock: Call) -> None:
    out = penstock(
        "data", "describe", trips, "--slice", "payment_type=Cash", "--weight", "trip_miles", "--cross", "fare:tips"
    ).out
    assert "trips.csv  400 rows of weight " in out
    assert "trips.csv  payment_type=Cash  " in out
    assert "fare : tips  correlation " in out


def test_spans_queries_and_options_of_the_source(project: Path, penstock: Call) -> None:
    for span in (1, 2, 3):
        Path(f"day-{span}.csv").write_text(f"fare\n{span}\n{span}5\n")
    assert penstock("data", "describe", "day-{SPAN}.csv").lines[2].split()[5] == "3"
    assert penstock("data", "describe", "day-{SPAN}.csv", "--span", "1").lines[2].split()[5] == "1"
    assert "4 rows" in penstock("data", "describe", "day-{SPAN}.csv", "--spans", "2").lines[0]
    assert "6 rows" in penstock("data", "describe", "day-{SPAN}.csv", "--span", "1:3").lines[0]
    done = penstock("data", "describe", "day-1.csv", "--sql", "select * from this where fare > 2")
    assert "1 row," in done.lines[0]
    Path("more.csv").write_text("fare,tips\n4,1\n")
    done = penstock("data", "describe", "*.csv", "--option", "union_by_name=true", "--types", "tips=VARCHAR")
    assert "7 rows, 2 features" in done.lines[0]
    assert "string" in done.lines[3]


def test_a_report_is_one_page(trips: str, penstock: Call) -> None:
    assert penstock("data", "describe", trips, "--report", "out/page.html").lines[-1] == "wrote out/page.html"
    page = Path("out/page.html").read_text()
    assert page.lower().startswith("<!doctype html>")
    assert "trip_start_hour" in page


def test_exact_quantiles_lie_beside_the_statistics(trips: str, penstock: Call) -> None:
    assert penstock("data", "describe", trips, "--exact-quantiles", "-o", "trips.json").code == 0
    assert "fare" in json.loads(Path("trips.quantiles.json").read_text())["quantiles"]
    done = penstock("data", "describe", trips, "--exact-quantiles")
    assert (done.code, done.err.splitlines()[0]) == (2, "error  exact quantiles need a file")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing.csv"], 1, "there is no such file or folder"),
        (["trips.csv", "--cross", "fare"], 2, "'fare' is no pair of columns"),
        (["trips.csv", "--types", "fare"], 2, "'fare' is no NAME=VALUE"),
        (["trips.csv", "--option", "a=1", "--option", "a=2"], 2, "'a' comes twice"),
        (["trips.csv", "--option", "types=1"], 2, "use --types"),
        (["trips.csv", "--option", "colour=red"], 1, "format 'csv' does not take colour"),
        (["trips.csv", "--span", "2", "--spans", "1"], 2, "exclude each other"),
        (["trips.csv", "--span", "2"], 1, "the location has no placeholder"),
        (["trips.csv", "--sql", "selct"], 1, "the query; the data set is called"),
        (["trips.csv", "--format", "cvs"], 2, "did you mean 'csv'?"),
        (["trips.csv", "--weight", "wait"], 1, "wait"),
        (["saved.json", "--weight", "fare"], 2, "computed already"),
        (["saved.json", "--types", "fare=VARCHAR"], 2, "computed already"),
        (["broken.parquet"], 1, "broken.parquet"),
        (["names.csv"], 1, "names.csv"),
    ],
)
def test_bad_input_is_told_in_three_lines(
    arguments: list[str], code: int, said: str, trips: str, penstock: Call
) -> None:
    Path("saved.json").write_text('{"datasets": []}')
    Path("broken.parquet").write_bytes(b"PAR1 and no more")
    Path("names.csv").write_text("fare,fare\n1,2\n")
    done = penstock("data", "describe", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]


def test_a_schema_says_what_is_sparse(project: Path, penstock: Call) -> None:
    pq.write_table(pa.table({"value": [[1.5], [2.5, 3.5]], "index": [[0], [1]]}), "sparse.parquet")
    message = {
        "sparseFeature": [{"name": "joined", "valueFeature": {"name": "value"}, "indexFeature": [{"name": "index"}]}]
    }
    Path("schema.json").write_text(json.dumps(message))
    done = penstock("data", "describe", "sparse.parquet", "--schema", "schema.json", "-o", "sparse.json")
    assert (done.code, done.err) == (0, "")
    assert any(line.split()[0] == "joined" for line in done.lines)
    found = penstock("data", "validate", "sparse.parquet", "--schema", "schema.json")
    assert "SPARSE_FEATURE_LENGTH_MISMATCH" in found.out
    assert penstock("data", "validate", "sparse.json", "--schema", "schema.json").code == found.code


def test_a_slice_by_a_predicate(trips: str, penstock: Call) -> None:
    (found,) = penstock("data", "describe", trips, "--slice-sql", "night=trip_start_hour = 0", "--json").json
    assert [dataset["name"] for dataset in found["datasets"]][1:] == ["night"]
    done = penstock("data", "describe", trips, "--slice-sql", "night")
    assert "'night' is no NAME=VALUE" in done.err


def run_in_ascii(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"from penstock.apps.cli.main import main; import sys; sys.exit(main({list(arguments)!r}))"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_json_and_yaml_on_an_ascii_terminal_say_the_same(project: Path) -> None:
    pq.write_table(pa.table({"caf\u00e9": ["\u00fc", "b"] * 10}), "odd.parquet")
    done = run_in_ascii("data", "describe", "odd.parquet", "--json", "-o", "odd.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["datasets"][0]["features"][0]["path"]["step"] == ["caf\u00e9"]
    done = run_in_ascii("data", "schema", "odd.json")
    assert (done.returncode, done.stderr) == (0, "")
    Path("odd.yaml").write_text(done.stdout)
    assert list(Schema.load("odd.yaml").features) == [("caf\u00e9",)]


def test_a_format_that_is_given_says_what_a_file_is(project: Path, penstock: Call) -> None:
    Path("rows.json").write_text('{"n": 1}\n{"n": 2}\n')
    assert "rows.json  2 rows, 1 feature" in penstock("data", "describe", "rows.json", "--format", "jsonl").out


def test_a_folder_that_cannot_be_made(trips: str, penstock: Call) -> None:
    done = penstock("data", "describe", trips, "-o", f"{trips}/deep/stats.json")
    assert (done.code, done.err.splitlines()[0]) == (1, "error  the folder cannot be made: Not a directory")
