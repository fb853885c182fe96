from command_line import Call


def test_a_hit_a_miss_and_a_skip(sums: Call, penstock: Call) -> None:
    sums()
    sums("-p", "least=50")
    (hit,) = penstock("why", "last", "summarise", "--json").json
    assert (hit["state"], hit["headline"].split()[0]) == ("cached", "reused")
    assert "– page skipped, because the condition" in penstock("why", "last", "page").out
    sums("-p", "count=5")
    assert "parameter 'count' changed from 4 to 5" in penstock("why", "last", "numbers").out
    assert len(penstock("why", "last", "square", "--json").json) == 5
    assert penstock("why", "last", "square[4]").out.startswith("✓ square[4] ran")


def test_unknown_steps(sums: Call, penstock: Call) -> None:
    sums()
    done = penstock("why", "last", "pgae")
    assert done.code == 2
    assert "did you mean 'page'" in done.err
