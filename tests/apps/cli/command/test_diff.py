from command_line import Call


def test_parameters_steps_outputs_and_metrics(sums: Call, penstock: Call) -> None:
    sums("-p", "count=3")
    sums("-p", "count=4")
    new, old = [item["run"] for item in penstock("runs", "--json").json]
    out = penstock("diff", old, new).out
    assert out.splitlines()[0] == f"{old}  →  {new}"
    assert "count  3  →  4  +1" in out
    assert "summarise.total  5.0  →  14.0  +9" in out
    assert "parameter 'count' changed from 3 to 4" in out
    (data,) = penstock("diff", old, "last", "--json").json
    assert (data["left"], data["right"]) == (old, new)
    assert data["parameters"] == [{"name": "count", "left": 3, "right": 4}]


def test_equal_runs(sums: Call, penstock: Call) -> None:
    sums("--until", "square")
    sums("--until", "square")
    assert penstock("diff", "last").lines[-1] == "nothing differs"


def test_one_run_is_compared_with_the_one_of_its_pipeline_before_it(sums: Call, penstock: Call) -> None:
    sums("--until", "numbers")
    sums("-p", "count=3", "--until", "numbers")
    penstock("run", "flow.py:broken", "--inline")
    _, new, old = [item["run"] for item in penstock("runs", "--json").json]
    (data,) = penstock("diff", new, "--json").json
    assert (data["left"], data["right"]) == (old, new)
    done = penstock("diff", old)
    assert done.code == 2
    assert "is the first one of pipeline 'sums'" in done.err
