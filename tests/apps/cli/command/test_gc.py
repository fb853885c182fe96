from command_line import Call


def test_what_no_run_refers_to_is_removed(sums: Call, penstock: Call) -> None:
    sums()
    assert penstock("gc", "--min-age", "0s", "--json").json[0]["removed"] == []
    penstock("runs", "delete", "--keep", "0")
    assert penstock("gc").out.startswith("0 artifacts removed")
    dry = penstock("gc", "--min-age", "0s", "--dry-run", "--json").json[0]
    done = penstock("gc", "--min-age", "0s", "--json").json[0]
    assert dry["removed"] == done["removed"] != []
    assert (dry["dry_run"], done["dry_run"], done["kept"]) == (True, False, 0)
    assert penstock("gc", "--min-age", "long").code == 2
