from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_line import Call


def test_by_hash_of_the_row(trips: str, penstock: Call) -> None:
    done = penstock("data", "split", trips, "-o", "parts")
    assert done.code == 0
    assert [line.split()[0] for line in done.lines] == ["train", "eval"]
    (data,) = penstock("data", "split", trips, "-o", "parts", "--json").json
    assert data["splits"]["train"]["rows"] + data["splits"]["eval"]["rows"] == 400
    assert pq.read_metadata(data["splits"]["eval"]["path"]).num_rows == data["splits"]["eval"]["rows"]


def test_the_order_of_rows_does_not_matter(trips: str, penstock: Call) -> None:
    penstock("data", "split", trips, "-o", "one")
    head, *rows = Path(trips).read_text().splitlines()
    Path("turned.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    penstock("data", "split", "turned.csv", "-o", "two")
    names = pq.read_schema("one/eval.parquet").names
    one, two = (
        pq.read_table(f"{folder}/eval.parquet").sort_by([(name, "ascending") for name in names])
        for folder in ("one", "two")
    )
    assert one.equals(two)


def test_by_key_time_class_and_column(trips: str, penstock: Call) -> None:
    def parts(*arguments: str) -> dict[str, int]:
        done = penstock("data", "split", trips, "-o", "parts", "--json", *arguments)
        assert done.code == 0, done.err
        return {name: part["rows"] for name, part in done.json[0]["splits"].items()}

    assert sum(parts("--key", "company").values()) == 400
    train, held_out = (set(pq.read_table(f"parts/{name}.parquet")["company"].to_pylist()) for name in ("train", "eval"))
    assert not train & held_out
    assert parts("--by", "time", "--key", "trip_start_timestamp", "--fraction", "train=0.75",
                 "--fraction", "eval=0.25")["train"] == pytest.approx(300, abs=5)  # fmt: skip
    by_border = parts("--by", "time", "--key", "trip_start_month", "--from", "eval=7")
    assert pq.read_table("parts/eval.parquet")["trip_start_month"].to_pylist().count(6) == 0
    assert list(by_border) == ["train", "eval"]
    assert sum(parts("--by", "stratify", "--key", "payment_type").values()) == 400
    days = parts("--by", "column", "--key", "trip_start_day")
    assert sorted(days) == list("1234567")
    assert sum(days.values()) == 400
    assert sum(parts("--by", "tfx", "--key", "trip_start_timestamp").values()) == 400


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["trips.csv"], 2, "missing option"),
        (["trips.csv", "-o", "parts", "--by", "hush"], 2, "did you mean 'hash'?"),
        (["trips.csv", "-o", "parts", "--key", "compani"], 1, "company"),
        (["trips.csv", "-o", "parts", "--fraction", "train=most"], 2, "'most' is no number"),
        (["trips.csv", "-o", "parts", "--fraction", "train=0.5"], 1, "not positive parts of 1"),
        (["trips.csv", "-o", "parts", "--fraction", "../a=0.5", "--fraction", "b=0.5"], 2, "is no name for a split"),
        (["trips.csv", "-o", "parts", "--by", "column", "--key", "fare"], 2, "more than 100 splits"),
        (["trips.csv", "-o", "parts", "--gap", "5"], 1, "mean nothing to a split by hash"),
        (["nothing.csv", "-o", "parts"], 1, "there is no such file"),
    ],
)
def test_bad_input_is_told_in_three_lines_and_nothing_is_written(
    arguments: list[str], code: int, said: str, trips: str, penstock: Call
) -> None:
    done = penstock("data", "split", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]
    assert not Path("parts").exists()


def test_a_file_in_the_place_of_the_folder(trips: str, penstock: Call) -> None:
    done = penstock("data", "split", trips, "-o", trips)
    assert (done.code, done.err.splitlines()[0]) == (1, "error  the folder cannot be made: File exists")
