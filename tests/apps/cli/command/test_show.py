from command_line import Call


def test_steps_outputs_and_metrics(sums: Call, penstock: Call) -> None:
    sums()
    out = penstock("show").out
    assert "sums  complete in" in out
    assert "4 items: 4 run" in out
    assert "figures  share=0.123457 total=14" in out
    assert "summarise  total  14.0" in out
    sums()
    assert "from sums-" in penstock("show", "last").out
    assert " square[2] " in penstock("show", "--all").out


def test_json_is_complete(sums: Call, penstock: Call) -> None:
    sums("-p", "least=1000")
    (data,) = penstock("show", "last", "--json").json
    assert (data["status"], data["parameters"]) == ("complete", {"count": 4, "least": 1000})
    states = {(step["step"], step["item"]): step["status"] for step in data["steps"]}
    assert states[("page", -1)] == "skipped"
    assert states[("square", 3)] == "complete"
    (figures,) = [step for step in data["steps"] if step["step"] == "summarise"]
    assert figures["metrics"] == {"total": 14.0}
    assert data["outputs"]["values"] == [0, 1, 4, 9]


def test_a_failure_is_told_in_full(penstock: Call) -> None:
    penstock("run", "flow.py:broken", "--inline")
    out = penstock("show").out
    assert "error  ValueError: no use for 2 values" in out
    assert "because fail failed" in out
    (data,) = penstock("show", "--json").json
    (step,) = [step for step in data["steps"] if step["status"] == "failed"]
    assert step["error"]["what"] == "ValueError: no use for 2 values"


def test_unknown_runs(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("show", "nope")
    assert (done.code, done.out) == (2, "")
    assert "there is no run 'nope'" in done.err
