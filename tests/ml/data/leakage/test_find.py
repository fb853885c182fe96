"""The search as a whole: what is planted is found and named, what is honest is left alone."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from penstock.core.error import DataError, UsageError
from penstock.ml.data.leakage import Leakage, LeakageOptions, find_leakage

ROWS = 2000


def kinds(found: Leakage) -> list[tuple[str, str]]:
    return [(finding.feature, finding.kind) for finding in found.findings]


def noise(columns: int = 5, rows: int = ROWS, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {f"x{i}": random.normal(size=rows) for i in range(columns)}


def label(rows: int = ROWS, seed: int = 9) -> Any:
    return np.random.default_rng(seed).random(rows) < 0.3


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_no_finding(seed: int) -> None:
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        **noise(20, seed=seed),
        **{f"i{i}": random.integers(0, 10 ** (i % 4 + 1), ROWS) for i in range(10)},
        **{f"c{i}": [f"v{k}" for k in random.zipf(1.5, ROWS)] for i in range(10)},
        **{
            f"gaps{i}": [None if random.random() < 0.2 else value for value in random.normal(size=ROWS)]
            for i in range(10)
        },
    }
    table = pa.table({**columns, "y": label(seed=seed + 100)})
    splits = random.choice(["train", "eval", "test"], ROWS, p=[0.7, 0.2, 0.1])
    assert find_leakage(table, label="y").findings == ()
    assert find_leakage(table.append_column("s", pa.array(splits)), label="y", splits="s").findings == ()
    quantity = table.set_column(50, "y", pa.array(random.normal(size=ROWS)))
    assert find_leakage(quantity, label="y").findings == ()


@pytest.mark.parametrize("load", [load_breast_cancer, load_iris, load_wine, load_diabetes])
def test_strong_but_honest_predictors_are_never_certain(load: Any) -> None:
    data = load(as_frame=True)
    table = pa.Table.from_pandas(data.frame, preserve_index=False)
    found = find_leakage(table, label="target")
    assert found.is_ok, found


def test_the_column_that_the_label_is_computed_from_comes_first(real_data: Path) -> None:
    table = pyarrow.csv.read_csv(real_data / "taxi" / "taxi.csv")
    found = find_leakage(table, label="tips > 0.2 * fare")
    assert kinds(found) == [("tips", "label_source"), ("fare", "label_source")]
    assert found.findings[0].strength > 0.9
    assert found.findings[1].strength < 0.3
    assert "tips > 0.2 * fare" in found.findings[0].why


def test_tips_are_found_when_the_label_is_a_column_too(real_data: Path) -> None:
    table = pyarrow.csv.read_csv(real_data / "taxi" / "taxi.csv")
    big = [
        bool(tips > 0.2 * fare) for tips, fare in zip(*(table[n].to_pylist() for n in ("tips", "fare")), strict=True)
    ]
    found = find_leakage(table.append_column("big_tipper", pa.array(big)), label="big_tipper")
    assert kinds(found) == [("tips", "implied_class")]
    assert "where it is 0, in 10259 of 15002 rows, the label is never true" in found.findings[0].why


def test_the_name_of_the_hospital_gives_the_cancer_away() -> None:
    random, cancer = np.random.default_rng(1), label()
    hospitals = [
        f"Cancer Center {random.integers(3)}" if one and random.random() < 0.98 else f"Clinic {random.integers(40)}"
        for one in cancer
    ]
    found = find_leakage(pa.table({**noise(), "hospital": hospitals, "cancer": cancer}), label="cancer")
    assert kinds(found) == [("hospital", "predictor")]
    assert found.findings[0].strength > 0.5


def test_copies_of_the_label() -> None:
    random, y = np.random.default_rng(1), label()
    table = pa.table(
        {
            **noise(),
            "renamed": np.where(y, "yes", "no"),
            "noisy": y + random.normal(size=ROWS) / 20,
            "flipped": y ^ (random.random(ROWS) < 0.02),
            "gone": [None if one else random.normal() for one in y],
            "y": y,
        }
    )
    found = find_leakage(table, label="y")
    assert dict(kinds(found)) == {
        "renamed": "label_copy",
        "noisy": "predictor",
        "flipped": "predictor",
        "gone": "missingness",
    }
    strengths = {finding.feature: finding.strength for finding in found.findings}
    assert min(strengths["renamed"], strengths["noisy"], strengths["gone"]) > 0.85
    assert 0.4 < strengths["flipped"] < 0.9


def test_copies_of_a_quantity_and_of_several_classes() -> None:
    random = np.random.default_rng(1)
    y, species = np.exp(random.normal(size=ROWS)), random.integers(0, 5, ROWS)
    table = pa.table({**noise(), "scaled": 3 * y + random.normal(size=ROWS) / 100, "code": species, "y": y})
    assert kinds(find_leakage(table, label="y")) == [("scaled", "predictor")]
    named = table.append_column("species", pa.array([f"s{one}" for one in species]))
    assert kinds(find_leakage(named, label="species")) == [("code", "label_copy")]


def test_identifiers_and_constants() -> None:
    table = pa.table(
        {
            **noise(),
            "trip_id": np.random.default_rng(1).permutation(ROWS) + 1000,
            "digest": [hashlib.md5(str(i).encode()).hexdigest() for i in range(ROWS)],
            "remark": [f"the driver said {i} nice words about it" for i in range(ROWS)],
            "cents": np.random.default_rng(2).integers(0, 10**7, ROWS),
            "same": ["x"] * ROWS,
            "nothing": pa.nulls(ROWS, pa.float64()),
            "y": label(),
        }
    )
    found = find_leakage(table, label="y")
    assert kinds(found) == [
        ("digest", "identifier"),
        ("trip_id", "identifier"),
        ("nothing", "constant"),
        ("same", "constant"),
    ]
    assert "count up from 1000 to 2999" in found.findings[1].why
    assert not found.at_least(0.7)


def test_an_empty_text_in_test_only() -> None:
    random = np.random.default_rng(1)
    split = np.where(random.random(ROWS) < 0.25, "test", "train")
    color = [
        "" if side == "test" and random.random() < 0.3 else f"color {random.integers(4)}" for side in split.tolist()
    ]
    found = find_leakage(pa.table({**noise(), "color": color, "y": label(), "s": split}), label="y", splits="s")
    assert kinds(found) == [("color", "split_missingness")]
    assert "empty or blank in test only" in found.findings[0].why


def test_new_values_and_other_distributions() -> None:
    random = np.random.default_rng(1)
    split = np.where(random.random(ROWS) < 0.25, "test", "train")
    city = ["Atlantis" if side == "test" and random.random() < 0.2 else f"c{random.integers(9)}" for side in split]
    moved = random.normal(size=ROWS) + (split == "test")
    gaps = [None if side == "test" and random.random() < 0.2 else 1.5 * i for i, side in enumerate(split.tolist())]
    table = pa.table({**noise(), "city": city, "moved": moved, "gaps": gaps, "s": split})
    found = find_leakage(table, splits="s")
    assert dict(kinds(found)) == {"city": "new_values", "moved": "split_shift", "gaps": "split_missingness"}
    assert "'Atlantis'" in next(finding.why for finding in found.findings if finding.feature == "city")


def test_values_from_the_future() -> None:
    random = np.random.default_rng(1)
    start = [dt.datetime(2026, 1, 1) + dt.timedelta(minutes=int(m)) for m in random.integers(0, 10**5, ROWS)]
    later = [at + dt.timedelta(minutes=int(m)) for at, m in zip(start, random.integers(1, 99, ROWS), strict=True)]
    before = [at - dt.timedelta(days=3) for at in start]
    rarely = [at if i % 40 else at + dt.timedelta(days=1) for i, at in enumerate(before)]
    some = [at if i % 40 else start[i] + dt.timedelta(days=1) for i, at in enumerate(before)]
    table = pa.table({"start": start, "paid_at": later, "known": before, "fixed": some, "ok": rarely, "y": label()})
    found = find_leakage(table, label="y", time="start")
    assert kinds(found) == [("paid_at", "future_value"), ("fixed", "future_value")]
    assert found.findings[0].strength == 1
    assert "in 50 of 2000 rows (2.5%) it is later than 'start'" in found.findings[1].why
    seconds = pa.table({"start": [int(at.timestamp()) for at in start], "end": [int(at.timestamp()) for at in later]})
    assert kinds(find_leakage(seconds, time="start")) == [("end", "future_value")]
    assert kinds(find_leakage(table.drop(["fixed"]), label="y", label_time="paid_at")) == []


def test_rows_in_two_splits() -> None:
    train = pa.table({**noise(), "word": [f"Word {i % 300}" for i in range(ROWS)], "y": label()})
    fresh = pa.table({**noise(seed=5), "word": [f"Word {i % 300}" for i in range(ROWS)], "y": label(seed=6)})
    assert kinds(find_leakage({"train": train, "eval": fresh}, label="y")) == []
    copied = pa.concat_tables([fresh.slice(0, 1800), train.slice(0, 200)])
    found = find_leakage({"train": train, "eval": copied}, label="y")
    assert kinds(found) == [("*", "duplicate_rows")]
    assert found.findings[0].strength == pytest.approx(0.316, abs=0.001)
    assert "200 of 2000 rows of eval (10.0%) are also in train" in found.findings[0].why
    changed = train.slice(0, 200).set_column(0, "x0", pa.array(np.random.default_rng(7).normal(size=200)))
    changed = changed.set_column(1, "x1", pa.array(changed["x1"].to_numpy() * (1 + 1e-9)))
    changed = changed.set_column(5, "word", pa.array([text.as_py().upper() + " " for text in changed["word"]]))
    found = find_leakage({"train": train, "eval": pa.concat_tables([fresh.slice(0, 1800), changed])}, label="y")
    assert kinds(found) == [("*", "near_duplicate_rows")]
    assert 150 <= found.findings[0].details["near"] <= 200


def test_equal_rows_with_other_labels_or_identifiers() -> None:
    body = pa.table(noise())
    twice = pa.concat_tables([body, body.slice(0, 400)])
    found = find_leakage(twice.append_column("y", pa.array(label(2400))), label="y")
    assert set(kinds(found)) == {("*", "contradictory_rows"), ("*", "duplicate_rows")}
    numbered = twice.append_column("row_id", pa.array(range(2400)))
    found = find_leakage(numbered)
    assert kinds(found) == [("row_id", "identifier"), ("*", "duplicate_rows")]


def test_tables_that_repeat_by_nature_stay_silent() -> None:
    random = np.random.default_rng(1)
    table = pa.table({f"flag{i}": random.integers(0, 2, ROWS) for i in range(5)})
    assert find_leakage(table).findings == ()
    split = pa.array(random.choice(["train", "eval"], ROWS))
    found = find_leakage(table.append_column("s", split), splits="s")
    assert kinds(found) == [("*", "duplicate_rows")]
    assert "rows repeat by chance" in found.findings[0].why


def test_groups_torn_apart() -> None:
    random = np.random.default_rng(1)
    patients = random.integers(0, 300, ROWS)
    outcome = (random.random(300) < 0.4)[patients] ^ (random.random(ROWS) < 0.1)
    table = pa.table({**noise(), "patient_id": patients, "site": [f"s{p % 40}" for p in patients], "y": outcome})
    at_random = random.choice(["train", "eval"], ROWS, p=[0.8, 0.2])
    found = find_leakage(table.append_column("s", pa.array(at_random)), label="y", splits="s")
    assert kinds(found) == [("patient_id", "shared_group")]
    assert "labels alike" in found.findings[0].why
    by_patient = np.where(patients % 5 == 0, "eval", "train")
    grouped = table.append_column("s", pa.array(by_patient))
    assert ("patient_id", "shared_group") not in kinds(find_leakage(grouped, label="y", splits="s"))
    keyed = find_leakage(table.append_column("s", pa.array(at_random)), splits="s", options=LeakageOptions(["site"]))
    assert keyed.findings[0].feature == "site"
    assert keyed.findings[0].strength == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_and_columns_does_not_count(seed: int) -> None:
    y = label()
    table = pa.table(
        {**noise(), "z": y + np.arange(ROWS) % 7 / 40, "id": range(ROWS), "s": ["train", "eval"] * (ROWS // 2), "y": y}
    )
    found = find_leakage(table, label="y", splits="s")
    order = np.random.default_rng(seed).permutation(ROWS)
    assert find_leakage(table.take(order), label="y", splits="s") == found
    assert len(found.findings) >= 2


def test_only_a_part_of_many_rows_is_judged() -> None:
    y = label()
    table = pa.table({**noise(), "copy": y * 2.5, "y": y})
    found = find_leakage(table, label="y", options=LeakageOptions(max_rows=500))
    assert kinds(found) == [("copy", "label_copy")]
    assert 300 < found.findings[0].details["num_rows"] < 700
    assert found.num_rows == ROWS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label": "z"}, "no column 'z'|names no column"),
        ({"label": "x0", "splits": "z"}, "no column 'z'"),
        ({"label": "x0", "time": "word"}, "is text, which is no time"),
        ({"label": "x0", "options": LeakageOptions(images="x0")}, "is number, which is no image"),
        ({"label": "sum(x0) > 1"}, "sum|aggregate|GROUP BY"),
        ({"label": "x0 / word"}, "No function|Conversion"),
    ],
)
def test_what_cannot_be_searched(arguments: dict[str, Any], message: str) -> None:
    table = pa.table({**noise(1, 50), "word": ["a", "b"] * 25})
    with pytest.raises(DataError, match=message):
        find_leakage(table, **arguments)


def test_empty_and_odd_tables() -> None:
    with pytest.raises(DataError, match="no rows"):
        find_leakage(pa.table({"x": pa.array([], pa.int64())}))
    with pytest.raises(DataError, match="no columns"):
        find_leakage(pa.table({}))
    with pytest.raises(DataError, match="is no table"):
        find_leakage(3)
    with pytest.raises(DataError, match="no splits"):
        find_leakage({})
    with pytest.raises(DataError, match="differ in column 'x'"):
        find_leakage({"train": pa.table({"x": [1]}), "eval": pa.table({"y": [1]})})
    with pytest.raises(UsageError, match="max_rows"):
        LeakageOptions(max_rows=0)
    with pytest.raises(UsageError, match="keys is one text"):
        LeakageOptions(keys="patient")
    with pytest.raises(UsageError, match="no option 'key'; did you mean 'keys'"):
        LeakageOptions.of({"key": ["a"]})
    assert find_leakage(pa.table({"x": [1], "y": [True]})).findings == ()
    nested = pa.table({"l": [[1, 2], None], "s": [{"a": 1}, {"a": 2}], "C": [1, 2], "c": [2, 1], 'q"': [b"a", b"b"]})
    assert find_leakage(nested, label='"C" > 1').findings[0].kind == "label_source"
