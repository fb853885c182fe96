from __future__ import annotations

import pyarrow as pa
from ml.data.drift.state import statistics

from penstock.ml.data.drift import compare
from penstock.ml.data.drift.comparison_table import as_text


def test_a_comparison_prints_as_a_table() -> None:
    before = statistics(t=pa.array(["a", "b"]), gone=pa.array([1, 2]))
    found = compare(before, statistics(t=pa.array(["a", "a"])), thresholds={"l_infinity": 0.25})
    assert repr(found).splitlines() == [
        "drift: 2 -> 2 examples, 2 features, 2 findings",
        "Feature  Type    JSD    L-inf  KS  PSI    W1/std  mean  missing  Verdict",
        "gone     INT                                                     missing now",
        "t        STRING  0.311  0.5        0.536                0        l_infinity",
    ]


def test_the_table_says_what_could_not_be_compared() -> None:
    some = statistics(t=pa.array(["a", "b"]))
    lines = as_text(compare(some, statistics(t=pa.array([None, None], pa.string())))).splitlines()
    assert lines[0].endswith("nothing found")
    assert lines[2].endswith("not comparable")
    heading = as_text(compare(statistics(t=pa.array([], pa.string())), some)).splitlines()[0]
    assert heading.endswith("nothing found; nothing could be compared: there are no examples in the baseline")


def test_long_tables_end_with_the_number_of_the_others() -> None:
    some = statistics(**{f"c{i}": pa.array([i]) for i in range(5)})
    assert as_text(compare(some, some), rows=3).splitlines()[-1] == "... and 2 more"
    assert as_text(compare(some, some)).startswith("drift: 1 -> 1 examples, 5 features, nothing found")
