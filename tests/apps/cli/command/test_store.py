import re
from pathlib import Path

from command_line import Call


def test_clean_where_there_is_nothing(penstock: Call, project: Path) -> None:
    assert penstock("store", "check").out == "the store is clean\n"
    assert not (project / ".penstock").exists()
    assert "check" in penstock("store").out


def test_a_corrupt_artifact_is_named_and_put_aside(sums: Call, penstock: Call, project: Path) -> None:
    sums()
    assert penstock("store", "check", "--json").out == ""
    (report,) = (project / ".penstock" / "artifacts").rglob("report.html")
    report.parent.chmod(0o755)
    report.chmod(0o644)
    report.write_text("spoiled")
    done = penstock("store", "check", "--json")
    assert done.code == 1
    assert [finding["severity"] for finding in done.json] == ["error"] * len(done.json)
    assert "report.html" in done.out
    done = penstock("store", "check", "--repair")
    assert done.code == 0
    assert "moved corrupt blob" in done.out
    assert "store check --repair" not in done.out
    assert re.search(r"^\d repaired, 0 errors, 0 warnings$", done.out, re.MULTILINE)
    sums()
    assert penstock("store", "check").code == 0
