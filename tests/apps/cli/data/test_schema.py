import json
from pathlib import Path

import pytest
from command_line import Call

from penstock.ml.data.schema import Schema


def test_a_first_schema_from_statistics_and_from_data(trips: str, saved: str, penstock: Call) -> None:
    from_statistics = penstock("data", "schema", saved)
    assert from_statistics.code == 0
    assert "  fare: {type: float, required: true}" in from_statistics.lines
    assert penstock("data", "schema", trips).out == from_statistics.out
    done = penstock("data", "schema", saved, "--environment", "SERVING", "-o", "deep/trips.yaml")
    assert done.lines == ["wrote deep/trips.yaml"]
    assert Schema.load("deep/trips.yaml").message.default_environment == ("SERVING",)


def test_a_schema_is_converted_by_the_ending(schema: str, penstock: Call) -> None:
    assert penstock("data", "schema", schema, "-o", "trips.pbtxt").code == 0
    assert penstock("data", "schema", "trips.pbtxt", "-o", "trips.schema.json").code == 0
    assert penstock("data", "schema", "trips.schema.json", "-o", "back.yaml").code == 0
    assert Path("back.yaml").read_bytes() == Path(schema).read_bytes()
    assert "feature" in json.loads(penstock("data", "schema", schema, "--json").out)


def test_relaxing_says_what_it_changes(schema: str, bad: str, penstock: Call) -> None:
    done = penstock("data", "schema", bad, "--schema", schema, "--relax", "fare", "-o", "new.yaml")
    assert (done.code, done.lines[-1]) == (0, "wrote new.yaml")
    assert "~ fare: type: float -> string" in done.lines
    assert not any("company" in line for line in done.lines)
    done = penstock("data", "schema", bad, "--schema", schema, "--relax", "all", "-o", "all.yaml")
    assert any(line.startswith("~ company: values: +Moon Cab") for line in done.lines)
    assert penstock("data", "validate", bad, "--schema", "all.yaml").code == 0
    again = penstock("data", "schema", bad, "--schema", "all.yaml", "--relax", "all", "-o", "all.yaml")
    assert again.lines == ["nothing had to be relaxed", "wrote all.yaml"]


def test_differences(schema: str, bad: str, penstock: Call) -> None:
    assert penstock("data", "schema", schema, "--diff", schema).lines == ["nothing differs"]
    done = penstock("data", "schema", bad, "--diff", schema, "--json")
    assert done.code == 0
    assert done.json[0]["changed"]["fare"][0] == {"field": "type", "old": "float", "new": "string"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["trips.json", "--relax", "fare"], 2, "--schema and --relax belong together"),
        (["trips.yaml", "--schema", "trips.yaml", "--relax", "fare"], 2, "not another schema"),
        (["trips.yaml", "--numeric-bounds"], 2, "for a schema that is inferred"),
        (["trips.json", "--schema", "trips.yaml", "--relax", "fair"], 2, "did you mean 'fare'?"),
        (["trips.json", "-o", "trips.xml"], 2, "a schema's file ends with"),
        (["nothing.yaml"], 1, "cannot read the schema"),
        (["nothing.json"], 1, "the statistics cannot be read"),
        (["broken.yaml"], 1, "broken.yaml"),
    ],
)
def test_bad_input_is_told_in_three_lines(
    arguments: list[str], code: int, said: str, schema: str, penstock: Call
) -> None:
    Path("broken.yaml").write_text("features: {fare: {tpye: float}}")
    done = penstock("data", "schema", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]
