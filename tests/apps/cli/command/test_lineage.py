from command_line import Call


def test_up_and_down(sums: Call, penstock: Call) -> None:
    sums()
    sums()
    out = penstock("lineage", "last:figures").out
    up, _, down = out.partition("used for")
    assert up.splitlines()[0].startswith("Metrics ")
    assert "└─ summarise  (sums-" in up
    assert "values = [0, 1, 4, 9]" in up
    assert "page" in down
    assert "Report" in down
    assert "used for nothing yet" in penstock("lineage", "last:page").out
    assert "figures: Metrics" in penstock("lineage", "last:page").out


def test_json_by_digest(sums: Call, penstock: Call) -> None:
    events = sums("--json").json
    digest = events[-1]["outputs"]["figures"]["digest"]
    (data,) = penstock("lineage", digest[:16], "--json").json
    assert data["digest"] == digest
    assert [item["step"] for item in data["producers"]] == ["summarise"]
    (consumer,) = data["consumers"]
    assert (consumer["step"], consumer["outputs"][0]["kind"]) == ("page", "Report")


def test_values_have_no_lineage(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("lineage", "last:values")
    assert done.code == 2
    assert "is a JSON value" in done.err
