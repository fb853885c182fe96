"""A seeded generator of taxi trips: the columns, gaps and distributions of Chicago's open data, any number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import UsageError
from penstock.testing import taxi_city as city

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

BATCH_ROWS = 16_384
"""Rows that are drawn together; a batch depends on the seed and its own number only."""

COLUMNS = {
    "pickup_community_area": "int64",
    "fare": "float64",
    "trip_start_month": "int64",
    "trip_start_hour": "int64",
    "trip_start_day": "int64",
    "trip_start_timestamp": "int64",
    "pickup_latitude": "float64",
    "pickup_longitude": "float64",
    "dropoff_latitude": "float64",
    "dropoff_longitude": "float64",
    "trip_miles": "float64",
    "pickup_census_tract": "int64",
    "dropoff_census_tract": "int64",
    "payment_type": "string",
    "company": "string",
    "trip_seconds": "int64",
    "dropoff_community_area": "int64",
    "tips": "float64",
}
"""Names and Arrow types of the columns, in the order of the real data."""

_Columns = dict[str, Any]


def taxi(rows: int, seed: int = 0) -> pa.RecordBatchReader:
    """Draw taxi trips, as a stream in bounded memory.

    Tips follow from how a trip is paid, its fare and where it starts, with noise: whether a trip's tip is over a
    fifth of its fare can be learned from the other columns with an AUC above 0.9.

    Parameters
    ----------
    rows : int
        How many; the first ones do not depend on it.
    seed : int
        Not negative. The same seed gives the same rows.

    Returns
    -------
    pyarrow.RecordBatchReader
        With `COLUMNS`, in batches of at most `BATCH_ROWS`.

    Raises
    ------
    UsageError
        If a number is negative.
    """
    import pyarrow as pa

    if rows < 0 or seed < 0:
        raise UsageError(
            f"rows={rows}, seed={seed}", where="taxi(rows, seed)", fix="give numbers that are not negative"
        )
    kinds = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])

    def stream() -> Iterator[pa.RecordBatch]:
        for index, start in enumerate(range(0, rows, BATCH_ROWS)):
            yield _batch(seed, index, schema).slice(0, min(BATCH_ROWS, rows - start))

    return pa.RecordBatchReader.from_batches(schema, stream())


def write_taxi(path: Path | str, rows: int, seed: int = 0) -> Path:
    """Write taxi trips into a file.

    Parameters
    ----------
    path : path
        Ends with ``.csv`` or ``.parquet``.
    rows, seed : int
        See `taxi`.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    UsageError
        If the path ends otherwise.
    """
    import pyarrow.csv

    from penstock.ml.data.parquet import write_parquet

    target = Path(path)
    reader = taxi(rows, seed)
    if target.suffix == ".parquet":
        write_parquet(reader, target)
    elif target.suffix == ".csv":
        options = pyarrow.csv.WriteOptions(quoting_header="needed")
        with pyarrow.csv.CSVWriter(target, reader.schema, write_options=options) as writer:
            for batch in reader:
                writer.write_batch(batch)
    else:
        raise UsageError(
            f"'{target.suffix}' is no ending for taxi trips", where=str(target), fix="use .csv or .parquet"
        )
    return target


def _batch(seed: int, index: int, schema: pa.Schema) -> pa.RecordBatch:
    import numpy as np
    import pyarrow as pa

    random = np.random.default_rng([seed, index])
    columns: _Columns = {}
    _draw_start(random, columns)
    _draw_places(random, columns)
    _draw_meter(random, columns)
    _draw_payment(random, columns)
    gaps = _draw_gaps(random, columns)
    arrays = [
        pa.array(columns[field.name], field.type, mask=gaps.get(field.name), from_pandas=False) for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _choose(random: np.random.Generator, weights: Any) -> NDArray[np.int64]:
    """Places in ``weights``, drawn in proportion to them."""
    import numpy as np

    shares = np.cumsum(np.asarray(weights, dtype=np.float64))
    places: NDArray[np.int64] = np.searchsorted(shares, random.random(BATCH_ROWS) * shares[-1], side="right")
    return places


def _draw_start(random: np.random.Generator, columns: _Columns) -> None:
    import numpy as np

    years = np.array([year for year, _ in city.YEARS])[_choose(random, [count for _, count in city.YEARS])]
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    # 1970-01-01 was a Thursday: day 4 of a week that begins with Sunday as day 0.
    week = random.integers(0, 52, BATCH_ROWS)
    days = first + 7 * week
    days += (_choose(random, city.WEEKDAYS) - (days + 4)) % 7
    hours = _choose(random, city.HOURS)
    date = days.astype("datetime64[D]")
    columns["trip_start_month"] = date.astype("datetime64[M]").astype(np.int64) % 12 + 1
    columns["trip_start_hour"] = hours
    columns["trip_start_day"] = (days + 4) % 7 + 1
    columns["trip_start_timestamp"] = (days * 24 + hours) * 3600 + 900 * random.integers(0, 4, BATCH_ROWS)


def _draw_places(random: np.random.Generator, columns: _Columns) -> None:
    import numpy as np

    table = np.array(city.AREAS)
    pickup = _choose(random, table[:, 3])
    dropoff = _choose(random, table[:, 4])
    nearer = _nearer(table, pickup, dropoff, _choose(random, table[:, 4]))
    dropoff = np.select([random.random(BATCH_ROWS) < share for share in (0.08, 0.7)], [pickup, nearer], dropoff)
    for end, place in (("pickup", pickup), ("dropoff", dropoff)):
        area = table[place, 0].astype(np.int64)
        # An area has a few tracts around its centre; coordinates are those of the tract.
        tract = (random.random(BATCH_ROWS) ** 2 * 6).astype(np.int64)
        angle = tract * 2.4 + area
        reach = np.where(tract > 0, 0.011, 0.0)
        columns[f"{end}_community_area"] = area
        columns[f"{end}_latitude"] = np.round(table[place, 1] + reach * np.sin(angle), 9)
        columns[f"{end}_longitude"] = np.round(table[place, 2] + reach * np.cos(angle), 9)
        columns[f"{end}_census_tract"] = 17_031_000_000 + area * 10_000 + 100 * (tract + 1)
    columns["pickup_census_tract"] = np.full(BATCH_ROWS, 17_031_081_401)


def _nearer(table: NDArray[np.float64], start: Any, first: Any, second: Any) -> NDArray[np.int64]:
    """Of two candidate areas the one that is nearer to the start."""
    import numpy as np

    def distance(end: Any) -> NDArray[np.float64]:
        reach: NDArray[np.float64] = np.abs(table[start, 1:3] - table[end, 1:3]).sum(axis=1)
        return reach

    nearer: NDArray[np.int64] = np.where(distance(first) <= distance(second), first, second)
    return nearer


def _draw_meter(random: np.random.Generator, columns: _Columns) -> None:
    import numpy as np

    north = 69.0 * (columns["pickup_latitude"] - columns["dropoff_latitude"])
    east = 51.4 * (columns["pickup_longitude"] - columns["dropoff_longitude"])
    miles = 1.15 * np.hypot(north, east) * random.lognormal(0.0, 0.2, BATCH_ROWS)
    miles += 0.15 * random.lognormal(0.0, 1.0, BATCH_ROWS)
    is_rush = np.isin(columns["trip_start_hour"], (8, 9, 16, 17, 18))
    speed_mph = np.clip(8.0 + 1.6 * miles, 8.0, 32.0) * np.where(is_rush, 0.85, 1.05)
    seconds = 75 + 3500 * miles / speed_mph * random.lognormal(0.0, 0.4, BATCH_ROWS)
    fare = 3.0 + 1.7 * miles + 0.15 * seconds / 60 + random.exponential(0.3, BATCH_ROWS)
    fare = np.round(fare / 0.2) * 0.2 + 0.05
    fare[random.random(BATCH_ROWS) < 0.03] = 3.25
    fare[random.random(BATCH_ROWS) < 0.0018] = 0.0
    columns["fare"] = np.round(fare, 2)
    columns["trip_miles"] = np.where(random.random(BATCH_ROWS) < 0.255, 0.0, np.round(miles, 1))
    columns["trip_seconds"] = np.where(
        random.random(BATCH_ROWS) < 0.032, 0, 60 * np.round(seconds / 60).astype(np.int64)
    )


def _draw_payment(random: np.random.Generator, columns: _Columns) -> None:
    import numpy as np

    fare = columns["fare"]
    limits = [limit for limit, _ in city.CARD_SHARE]
    share = np.array([part for _, part in city.CARD_SHARE])[np.searchsorted(limits[:-1], fare, side="right")]
    dice = random.random(BATCH_ROWS)
    is_card = dice < share
    others = np.select(
        [dice > 0.9946, dice > 0.9927, dice > 0.9924, dice > 0.9921],
        ["No Charge", "Unknown", "Dispute", "Pcard"],
        default="Cash",
    )
    columns["payment_type"] = np.where(is_card, "Credit Card", others).astype(object)
    names = np.array([name for name, _ in city.COMPANIES], dtype=object)
    columns["company"] = names[_choose(random, [count for _, count in city.COMPANIES])]
    columns["tips"] = np.where(is_card, _card_tips(random, columns), _cash_tips(random, fare))


def _card_tips(random: np.random.Generator, columns: _Columns) -> NDArray[np.float64]:
    """Round dollars on short trips, a percentage of fare and extras on the others, sometimes nothing."""
    import numpy as np

    fare = columns["fare"]
    dollars = np.select([fare < 14.0, fare < 18.0, fare < 25.0], [2.0, 3.0, 5.0], default=np.round(0.2 * fare))
    dollars += random.choice([-1.0, 0.0, 1.0], BATCH_ROWS, p=[0.12, 0.72, 0.16])
    is_airport = np.isin(columns["pickup_community_area"], (56, 76))
    extras = np.where(is_airport, 4.0, random.choice([0.0, 1.0, 1.5], BATCH_ROWS, p=[0.3, 0.45, 0.25]))
    rate = random.choice([0.15, 0.2, 0.25, 0.3], BATCH_ROWS, p=[0.14, 0.56, 0.22, 0.08])
    is_round = random.random(BATCH_ROWS) < np.where(fare < 18.0, 0.72, 0.3)
    tips: NDArray[np.float64] = np.where(is_round, dollars, np.round(rate * (fare + extras), 2))
    tips[random.random(BATCH_ROWS) < 0.05] = 0.0
    return tips


def _cash_tips(random: np.random.Generator, fare: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cash tips are not recorded, but for a few."""
    import numpy as np

    tips = np.zeros(BATCH_ROWS)
    is_recorded = random.random(BATCH_ROWS) < 0.0008
    tips[is_recorded] = np.round(0.25 * fare[is_recorded], 2)
    return tips


def _draw_gaps(random: np.random.Generator, columns: _Columns) -> dict[str, NDArray[np.bool_]]:
    """Where values are missing: together, as in the real data."""
    import numpy as np

    dice = random.random((4, BATCH_ROWS))
    no_pickup = dice[0] < 0.00013
    no_dropoff = (dice[1] < 0.0318) | no_pickup
    no_tract = (dice[2] < 0.259) | no_dropoff
    gaps = {
        # One in each batch is there, as one is in the real data: readers of CSV can tell its type.
        "pickup_census_tract": np.arange(BATCH_ROWS) > 0,
        "dropoff_census_tract": no_tract,
        "dropoff_latitude": no_dropoff,
        "dropoff_longitude": no_dropoff,
        "dropoff_community_area": (dice[1] < 0.0334) | no_pickup,
        "trip_seconds": dice[3] < 0.0004,
        "company": columns["company"] == "",
    }
    return gaps | dict.fromkeys(("pickup_community_area", "pickup_latitude", "pickup_longitude"), no_pickup)
