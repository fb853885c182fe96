from __future__ import annotations

import pyarrow as pa

from penstock.ml.data.anomalies import validate
from penstock.ml.data.metadata.domain import StringDomain
from penstock.ml.data.metadata.schema import DistributionConstraints, Feature, SchemaMessage
from penstock.ml.data.statistics.statistics import Statistics


def described(values: list[str], mass: float | None = None, known: tuple[str, ...] = ("a",)) -> str:
    constraints = None if mass is None else DistributionConstraints(min_domain_mass=mass)
    domain = StringDomain(value=known)
    feature = Feature(name="f", type="BYTES", string_domain=domain, distribution_constraints=constraints)
    found = validate(Statistics.of(pa.table({"f": values})), SchemaMessage(feature=(feature,)))
    return found.findings[0].description if found.findings else ""


def test_values_are_told_with_their_share() -> None:
    assert described(["a"] * 996 + ["b", "c", "c", "c"]).endswith("b (<1%), c (<1%).")
    assert described(["a", "b"]).endswith(": b (~50%).")


def test_a_share_may_lie_outside() -> None:
    assert described(["a", "a", "a", "b"], 0.75) == ""
    assert described(["a", "a", "b", "b"], 0.75) != ""
    assert described(["a", "b"], 1.0) != ""


def test_many_long_and_odd_values() -> None:
    told = described([f"v{number:03}" for number in range(80)])
    assert "v049" in told
    assert "v050" not in told
    assert told.endswith("and 30 more.")
    assert described(["x" * 500 + "\n"]).count("x") == 100
    assert "\\n" in described(["\n"])


def test_a_domain_without_values() -> None:
    assert described(["a"], known=()) != ""
