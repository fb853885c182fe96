import shutil
from pathlib import Path

import pytest
from command_line import Call

from penstock.ml.data.leakage import Leakage

LABEL = "tips > 0.2 * fare"


def test_what_the_label_is_made_of_comes_first(trips: str, penstock: Call) -> None:
    done = penstock("data", "leakage", trips, "--label", LABEL)
    assert done.code == 0
    assert done.lines[0] == f"400 rows, label {LABEL}"
    assert done.lines[1].endswith("  tips  label source")
    assert max(map(len, done.lines)) <= 100


def test_json_has_the_five_fields_strongest_first(trips: str, penstock: Call) -> None:
    (data,) = penstock("data", "leakage", trips, "--label", LABEL, "--json", "-o", "found.json").json
    assert list(data) == ["findings"]
    assert {tuple(one) for one in data["findings"]} == {("feature", "kind", "strength", "why", "fix")}
    strengths = [one["strength"] for one in data["findings"]]
    assert strengths == sorted(strengths, reverse=True)
    assert data["findings"][0]["feature"] == "tips"
    assert len(Leakage.load("found.json").findings) == len(strengths)


def test_a_limit_fails_the_command(trips: str, penstock: Call) -> None:
    assert penstock("data", "leakage", trips, "--label", LABEL, "--max-strength", "0.5").code == 1
    without = ("--sql", f"select * exclude (tips), {LABEL} as big from this", "--label", "big")
    assert penstock("data", "leakage", trips, *without, "--max-strength", "0.9").code == 0


def test_splits_by_file_and_by_column(trips: str, penstock: Call) -> None:
    penstock("data", "split", trips, "-o", "parts")
    done = penstock("data", "leakage", "parts/train.parquet", "--split", "eval=parts/eval.parquet", "--label", LABEL)
    assert "splits train (" in done.lines[0]
    shutil.copy("parts/train.parquet", "parts/again.parquet")
    done = penstock("data", "leakage", "parts/train.parquet", "--split", "eval=parts/again.parquet", "--json")
    assert "duplicate_rows" in [one["kind"] for one in done.json[0]["findings"]]
    by_column = ("--sql", "select *, if(fare > 10, 'train', 'eval') as part from this", "--split", "part")
    done = penstock("data", "leakage", trips, *by_column)
    assert "  fare  split shift" in done.out
    assert "  part  " not in done.out


def test_a_report_is_one_page(trips: str, penstock: Call) -> None:
    done = penstock("data", "leakage", trips, "--label", LABEL, "--report", "page.html")
    assert (done.code, done.lines[-1]) == (0, "wrote page.html")
    assert "tips" in Path("page.html").read_text()


@pytest.mark.heavy(budget_s=60)
def test_images_of_one_scene_in_two_splits(real_data: Path, project: Path, penstock: Call) -> None:
    """A split at random has near-duplicates on both sides, one by contiguous blocks has none."""
    pytest.importorskip("PIL.Image", reason="pip install 'penstock[images]'")
    files = sorted((real_data / "rock_paper_scissors").rglob("*.jpg"))
    if not files:
        pytest.skip("no images in the real data")
    for number, file in enumerate(files):
        # Names number the shots of a class in the order they were taken.
        block = "eval" if int(file.stem.rpartition("-")[2]) >= 480 else "train"
        for kind, split in (("random", "eval" if number % 5 == 0 else "train"), ("blocks", block)):
            folder = project / kind / split / file.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file.name).symlink_to(file)
    found = {
        kind: penstock("data", "leakage", f"{kind}/train", "--split", f"eval={kind}/eval", "--label", "label", "--json")
        for kind in ("random", "blocks")
    }
    kinds = {kind: [one["kind"] for one in done.json[0]["findings"]] for kind, done in found.items()}
    assert kinds["random"][0] == "near_duplicate_images"
    assert "near_duplicate_images" not in kinds["blocks"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["trips.csv", "--label", "tipps"], 1, "did you mean 'tips'?"),
        (["trips.csv", "--label", "tips >"], 1, "syntax error"),
        (["trips.csv", "--label", "tips", "--time", "when"], 1, "there is no column 'when'"),
        (["trips.csv", "--split", "train=trips.csv"], 2, "'train' is what stands in front"),
        (["trips.csv", "--split", "part", "--split", "eval=trips.csv"], 2, "is the column with the splits"),
        (["trips.csv", "--split", "part"], 1, "there is no column 'part'"),
        (["trips.csv", "--split", "eval=other.csv"], 1, "differ in column"),
        (["trips.csv", "--max-strength", "2"], 2, "give a number from 0 to 1"),
        (["nothing.csv"], 1, "there is no such file"),
    ],
)
def test_bad_input_is_told_in_three_lines(
    arguments: list[str], code: int, said: str, trips: str, penstock: Call
) -> None:
    Path("other.csv").write_text("fare\n1\n")
    done = penstock("data", "leakage", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]
