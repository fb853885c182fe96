"""Which trips bring a tip of more than a fifth of the fare? Two models are trained at once; the better one is kept.

penstock run examples/taxi/pipeline.py                                # generated trips
penstock run examples/taxi/pipeline.py -p source=path/to/trips.csv    # your own, with the same columns
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

import penstock as ps
from penstock import stages
from penstock.testing import taxi

LABEL = "big_tipper"
FRAMEWORKS = ["sklearn", "xgboost"]


def fingerprint_trips(source: str, rows: int, seed: int) -> str:
    """What the trips depend on besides the parameters: the content of the file, where there is one."""
    return stages.fingerprint_source(source) if source else f"taxi({rows}, {seed})"


@ps.step(fingerprint=fingerprint_trips)
def ingest(source: str, rows: int, seed: int) -> pa.RecordBatchReader:
    """Trips of a file or folder, or generated ones."""
    return stages.ingest(source).scan() if source else taxi(rows, seed)


@ps.step(files=["schema.yaml"])
def curated_schema() -> ps.Schema:
    """What trips must look like, as people have written it down."""
    return ps.Schema.load(Path(__file__).with_name("schema.yaml"))


@ps.step
def add_features(trips: ps.Dataset) -> ps.Dataset:
    """The label, and a few features; without `tips`, which would give the label away."""
    return trips.sql(f"""
        select
            * exclude (tips),
            fare / nullif(trip_miles, 0) as fare_per_mile,
            fare / nullif(trip_seconds, 0) as fare_per_second,
            round(fare * 100)::bigint % 100 as fare_cents,
            pickup_community_area = dropoff_community_area as is_same_area,
            tips > 0.2 * fare as {LABEL}
        from this
    """)


@ps.pipeline(name="taxi")
def taxi_pipeline(
    source: str = "",
    rows: int = 20_000,
    seed: int = 0,
    frameworks: list[str] = FRAMEWORKS,
):
    trips = ingest(source, rows, seed)
    statistics = stages.describe(trips)
    # What the data alone suggest, for those who revise the curated schema: penstock data schema --diff.
    proposed = stages.infer_schema(statistics)
    checked = stages.validate(trips, curated_schema(), statistics)
    train_trips, eval_trips = stages.split(checked.data)
    examples = add_features.options(name="train_features")(train_trips)
    held_out = add_features.options(name="eval_features")(eval_trips)
    models = stages.train.map(frameworks, data=examples, label=LABEL)
    evaluations = stages.evaluate.map(models, data=held_out)
    best = stages.select(models, evaluations)
    return {
        "model": best.model,
        "evaluation": best.evaluation,
        "auc": best.evaluation["auc"],
        "statistics": statistics,
        "proposed_schema": proposed,
        "anomalies": checked.anomalies,
    }
