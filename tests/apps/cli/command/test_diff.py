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
    (data,) = penstock("diff", old, "--json").json
    assert (data["left"], data["right"]) == (old, new)
    assert data["parameters"] == [{"name": "count", "left": 3, "right": 4}]


def test_equal_runs(sums: Call, penstock: Call) -> None:
    sums("--until", "square")
    sums("--until", "square")
    (_, old) = [item["run"] for item in penstock("runs", "--json").json]
    assert penstock("diff", old).lines[-1] == "nothing differs"
