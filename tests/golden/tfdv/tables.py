"""The small tables whose statistics by TFDV are kept beside this file: each shows one way in which data can be odd.

Columns of one name (``n`` whole numbers, ``x`` numbers, ``t`` texts, ``l`` lists) are in most tables, so that one
table can be validated against the schema of another. Only pyarrow and the standard library are used: any version of
either gives the same rows.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pyarrow as pa

NAN, INF = math.nan, math.inf
LISTS = pa.list_(pa.int64())


def _table(**columns: tuple[pa.DataType, list[object]]) -> pa.Table:
    return pa.table({name: pa.array(values, type=type) for name, (type, values) in columns.items()})


def all_null() -> pa.Table:
    """Columns of nulls, one of them without any type, beside one that is full."""
    return _table(
        n=(pa.int64(), [None] * 5),
        x=(pa.float64(), [None] * 5),
        t=(pa.string(), [None] * 5),
        l=(LISTS, [None] * 5),
        nothing=(pa.null(), [None] * 5),
        id=(pa.int64(), [1, 2, 3, 4, 5]),
    )


def constant() -> pa.Table:
    """One value per column."""
    return _table(
        n=(pa.int64(), [7] * 12),
        x=(pa.float64(), [2.5] * 12),
        t=(pa.string(), ["same"] * 12),
        l=(LISTS, [[3, 3]] * 12),
        zero=(pa.float64(), [0.0] * 12),
        flag=(pa.bool_(), [True] * 12),
        half=(pa.int64(), [1, None] * 6),
    )


def one_row() -> pa.Table:
    """A single row."""
    return _table(
        n=(pa.int64(), [-3]),
        x=(pa.float64(), [0.1]),
        t=(pa.string(), ["only"]),
        l=(LISTS, [[1, 2]]),
        flag=(pa.bool_(), [False]),
        absent=(pa.string(), [None]),
    )


def zero_rows() -> pa.Table:
    """Columns without any row."""
    return _table(n=(pa.int64(), []), x=(pa.float64(), []), t=(pa.string(), []), l=(LISTS, []))


def nan_inf() -> pa.Table:
    """Numbers that are none, or not finite."""
    return _table(
        n=(pa.int64(), list(range(8))),
        x=(pa.float64(), [1.0, NAN, 2.0, NAN, None, 3.5, NAN, -1.0]),
        all_nan=(pa.float64(), [NAN] * 8),
        nan_or_null=(pa.float64(), [NAN, None] * 4),
        up=(pa.float64(), [1.0, 2.0, INF, 3.0, 4.0, 5.0, 6.0, INF]),
        both=(pa.float64(), [-INF, 1.0, INF, 2.0, 3.0, 4.0, None, 5.0]),
        every=(pa.float64(), [-INF, NAN, INF, None, 0.0, 1.0, -1.0, 0.5]),
        only_inf=(pa.float64(), [INF] * 8),
        single=(pa.float32(), [0.1, NAN, INF, None, -0.0, 1e-40, 3e38, 16777217.0]),
    )


def lists() -> pa.Table:
    """Lists of varying lengths, empty ones and absent ones."""
    texts = [["a"], [], None, ["b", "a", ""], ["c"] * 7, [], ["a", "d"], None, ["e"], ["a", "a"]]
    return _table(
        n=(LISTS, [[i] for i in range(10)]),
        x=(pa.list_(pa.float64()), [[0.5], None, [], [NAN, 1.5], [2.0, 2.0], [], [3.0], [-1.0] * 4, [0.0], [7.25]]),
        t=(pa.list_(pa.string()), texts),
        l=(LISTS, [[], [1], [1, 2], None, [1, 2, 3, 4], [], [5], [0, 0], list(range(20)), [9]]),
        all_empty=(LISTS, [[]] * 10),
        empty_or_null=(pa.list_(pa.float64()), [[], None] * 5),
        fixed=(pa.list_(pa.float32()), [[1.0, 2.0, 4.0]] * 10),
    )


def nested() -> pa.Table:
    """Lists in lists, structs, and lists of structs."""
    place = pa.struct([("lat", pa.float64()), ("name", pa.string()), ("tags", pa.list_(pa.string()))])
    places = [
        {"lat": 1.5, "name": "a", "tags": ["p", "q"]},
        None,
        {"lat": None, "name": "b", "tags": []},
        {"lat": -2.0, "name": None, "tags": None},
        {"lat": 3.0, "name": "a", "tags": ["p"]},
        {"lat": 0.0, "name": "", "tags": ["r", "r", "r"]},
    ]
    point = pa.struct([("x", pa.float64()), ("y", pa.int64())])
    partly = [{"x": 2.0, "y": None}, {"x": None, "y": 3}]
    return _table(
        n=(pa.int64(), [1, 2, 3, 4, 5, 6]),
        l=(pa.list_(LISTS), [[[1, 2], [3]], None, [], [[]], [[4], [], [5, 6, 7]], [[8]]]),
        deep=(
            pa.list_(pa.list_(pa.list_(pa.string()))),
            [[[["a"]]], [[["b", "c"], []]], None, [[], []], [], [[["a"], ["a"]], [["d"]]]],
        ),
        place=(place, places),
        track=(pa.list_(point), [[{"x": 1.0, "y": 1}], [], None, partly, [{"x": 0.5, "y": 4}] * 3, []]),
    )


def texts() -> pa.Table:
    """Numbers among words, letters beyond ASCII, empty and long texts, bytes that are no UTF-8."""
    return _table(
        n=(pa.string(), ["1", "2", "3", "10", "2", "1", "1", None]),
        x=(pa.string(), ["1", "a", "", "2.5", None, "1", "nan", " 1"]),
        t=(
            pa.string(),
            [
                "\u00d6l",
                "stra\u00dfe",
                "\u65e5\u672c",
                "\U0001f695",
                "\u00e9",
                "e\u0301",
                "\u202eabc",
                "tab\tline\nend",
            ],
        ),
        long=(pa.string(), ["x" * 3000, "x" * 2999 + "y", "", "", " ", "  ", "\u00e9" * 600, None]),
        raw=(pa.binary(), [b"\xff\xfe", b"ok", b"\xc3\x28", b"ok", None, b"", "\u00e9".encode(), b"\xf0\x9f\x9a"]),
    )


def numbers() -> pa.Table:
    """Whole numbers that a double cannot hold, negative zero, and the smallest and greatest doubles."""
    return _table(
        n=(pa.int64(), [2**53 - 1, 2**53, 2**53 + 1, 2**53 + 3, -(2**53) - 1, 0, 1, None]),
        x=(pa.float64(), [-0.0, 0.0, -0.0, 1.0, -1.0, 0.0, -0.0, None]),
        edge=(pa.int64(), [2**63 - 1, -(2**63), 2**63 - 2, 0, 1, -1, 2**62, 2**62 + 1]),
        tiny=(pa.float64(), [5e-324, 1e-310, -5e-324, 2.2250738585072014e-308, 0.0, 1e-320, 3e-324, None]),
        huge=(pa.float64(), [1.7e308, -1.7e308, 1e300, 1.0, 0.0, -1e300, 1e-300, None]),
        offset=(pa.float64(), [1e9 + 0.25 * i for i in range(8)]),
        small=(pa.int8(), [-128, 127, 0, 1, -1, 5, 5, None]),
        single=(pa.float32(), [0.1, 0.2, 0.3, 1e-45, 3.4e38, -0.0, None, 1.0]),
    )


def ties() -> pa.Table:
    """Booleans, skewed counts, and more equally frequent values than a list of top values holds."""
    few = [f"v{i:02d}" for i in range(30)]
    skewed = [name for i, name in enumerate("abcdefg") for _ in range(2 ** (6 - i))]
    return _table(
        n=(pa.int64(), [i % 4 for i in range(120)]),
        x=(pa.float64(), [float(i * i % 17) for i in range(120)]),
        t=(pa.string(), few * 3 + few[:15] * 2),
        flag=(pa.bool_(), [i % 3 == 0 if i % 10 else None for i in range(120)]),
        skewed=(pa.string(), ([*skewed, *skewed])[:120]),
        unique=(pa.string(), [f"row {i:03d}" for i in range(120)]),
    )


def weights() -> pa.Table:
    """Rows that weigh nothing, less than one and more, by the column ``w``."""
    weight = [0.0, 0.5, 1.0, 2.25, 3.0, 0.125, 10.0, 1.0]
    return _table(
        w=(pa.float64(), weight * 5),
        n=(pa.int64(), [i * 7 % 11 for i in range(40)]),
        x=(pa.float64(), [None if i % 9 == 0 else i * 0.37 - 4 for i in range(40)]),
        t=(pa.string(), [None if i % 13 == 0 else "abcde"[i * i % 5] for i in range(40)]),
        l=(LISTS, [None if i % 8 == 5 else [i] * (i % 4) for i in range(40)]),
    )


def slices() -> pa.Table:
    """Three companies and rows without any, to be told apart by the column ``t``."""
    return _table(
        n=(pa.int64(), [i % 24 for i in range(60)]),
        x=(pa.float64(), [None if i % 10 == 3 else 3.25 + i % 17 * 1.5 for i in range(60)]),
        t=(pa.string(), [["Blue", "Flash Cab", "\u00d6l & Co", None][i % 7 % 4] for i in range(60)]),
        paid=(pa.string(), [["Cash", "Card", "Card", "None"][i * 3 % 4] for i in range(60)]),
    )


def crosses() -> pa.Table:
    """Numbers that go together in part, and a label that a colour tells something of."""
    random_ = random.Random(7)
    first = [random_.gauss(0, 1) for _ in range(60)]
    return _table(
        n=(pa.int64(), [int(10 * value) for value in first]),
        x=(pa.float64(), first),
        y=(pa.float64(), [None if i % 12 == 5 else 2 * value + random_.gauss(0, 0.5) for i, value in enumerate(first)]),
        t=(pa.string(), ["red" if value > 0.4 else "blue" if i % 5 else "green" for i, value in enumerate(first)]),
        label=(pa.string(), ["yes" if value > 0 else "no" for value in first]),
    )


def _drift(seed: int, shift: float, weights: bool, size: int) -> pa.Table:
    random_ = random.Random(seed)
    rows = range(size)
    words = [f"w{i}" for i in range(40)]
    normal = [random_.gauss(shift, 1 + shift / 4) for _ in rows]
    table = _table(
        n=(pa.int64(), [int(random_.expovariate(1 / (4 + 6 * shift))) for _ in rows]),
        x=(pa.float64(), normal),
        t=(pa.string(), random_.choices("abcdef", [6, 5, 4, 3, 2, 1 + 5 * shift], k=size)),
        l=(LISTS, [[random_.randrange(9)] * random_.randrange(4) for _ in rows]),
        same=(pa.float64(), [float(i % 50) for i in rows]),
        nan=(pa.float64(), [NAN if random_.random() < 0.1 + shift / 5 else value for value in normal]),
        inf=(pa.float64(), [INF if i == 5 and shift else value for i, value in enumerate(normal)]),
        both_inf=(pa.float64(), [(-INF, INF)[i] if i < 2 else value for i, value in enumerate(normal)]),
        constant=(pa.float64(), [1.0] * size),
        moved=(pa.float64(), [1.0 + shift] * size),
        spike=(pa.float64(), [0.0 if random_.random() < 0.6 else value for value in normal]),
        disjoint=(pa.float64(), [value + 100 * shift for value in normal]),
        words=(pa.string(), [words[min(int(random_.expovariate(0.1)), 39)] for _ in rows]),
        other=(pa.string(), [("old", "new")[shift > 0]] * size),
        flag=(pa.bool_(), [random_.random() < 0.3 + shift / 3 for _ in rows]),
        gone=(pa.float64(), [None if shift else value for value in normal]),
        kind=(pa.string(), [str(i % 3) for i in rows]) if shift else (pa.int64(), [i % 3 for i in rows]),
        big=(pa.int64(), [2**53 + random_.randrange(1000) for _ in rows]),
    )
    given = [random_.choice([0.0, 0.5, 1.0, 4.0]) for _ in rows]
    return table.append_column("w", pa.array(given, pa.float64())) if weights else table


def drift_baseline() -> pa.Table:
    """Numbers and texts as they were."""
    return _drift(1, 0.0, weights=False, size=240)


def drift_shifted() -> pa.Table:
    """The same columns later: some moved, some gone, one of another type."""
    return _drift(2, 0.5, weights=False, size=200)


def drift_weighted_baseline() -> pa.Table:
    """As `drift_baseline`, weighed by the column ``w``."""
    return _drift(3, 0.0, weights=True, size=240)


def drift_weighted_shifted() -> pa.Table:
    """As `drift_shifted`, weighed by the column ``w``."""
    return _drift(4, 0.5, weights=True, size=200)


ODD: dict[str, Callable[[], pa.Table]] = {
    maker.__name__: maker
    for maker in (
        all_null,
        constant,
        one_row,
        zero_rows,
        nan_inf,
        lists,
        nested,
        texts,
        numbers,
        ties,
        weights,
        slices,
        crosses,
    )
}
DRIFT: dict[str, Callable[[], pa.Table]] = {
    maker.__name__: maker for maker in (drift_baseline, drift_shifted, drift_weighted_baseline, drift_weighted_shifted)
}
