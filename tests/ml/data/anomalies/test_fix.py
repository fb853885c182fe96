from __future__ import annotations

import pytest

from penstock.ml.data.anomalies.fix import fix_of


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("INT_TYPE_BIG_INT", "correct the rows"),
        ("SCHEMA_NEW_COLUMN", "drop the column"),
        ("SPARSE_FEATURE_NAME_COLLISION", "rename"),
        ("COMPARATOR_L_INFTY_HIGH", "raise the threshold"),
        ("COMPARATOR_LOW_NUM_EXAMPLES", "dataset_constraints"),
        ("INVALID_DOMAIN_SPECIFICATION", "correct the schema"),
    ],
)
def test_advice_by_type(kind: str, words: str) -> None:
    assert words in fix_of(kind, "f")  # type: ignore[arg-type]


def test_names_are_safe_in_a_shell() -> None:
    assert fix_of("INT_TYPE_BIG_INT", "a b; rm").endswith("--relax 'a b; rm' -o SCHEMA")


def test_the_command_names_all_that_it_needs() -> None:
    command = "penstock data schema STATS --schema SCHEMA --relax fare -o SCHEMA"
    for kind in ("SCHEMA_NEW_COLUMN", "SCHEMA_MISSING_COLUMN", "COMPARATOR_L_INFTY_HIGH", "SEMANTIC_DOMAIN_UPDATE"):
        assert fix_of(kind, "fare").endswith(f": {command}")  # type: ignore[arg-type]
