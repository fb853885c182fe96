from __future__ import annotations

import pytest

from penstock.core.error import DataError
from penstock.ml.data.connection import connect
from penstock.ml.data.leakage.label import Label, describe_label, label_expression

NAMES = ["tips", "fare", "Trip Miles", "a > b", 'q"']


@pytest.mark.parametrize(
    ("label", "expression", "sources"),
    [
        ("tips", '"tips"', ()),
        ("a > b", '"a > b"', ()),
        ('q"', '"q"""', ()),
        ("tips > 0.2 * fare", "(tips > 0.2 * fare)", ("tips", "fare")),
        ("TIPS > 0.2 * tips", "(TIPS > 0.2 * tips)", ("tips",)),
        ("case when \"Trip Miles\" > 3 then 'fare' end", None, ("Trip Miles",)),
        ("coalesce(this.tips, 0) > 1", None, ("tips",)),
    ],
)
def test_columns_and_expressions(label: str, expression: str | None, sources: tuple[str, ...]) -> None:
    found = label_expression(label, NAMES)
    assert found == (expression or f"({label})", sources)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("tip > 1", "no column 'tip'; did you mean 'tips'"),
        ("1 = 1", "uses no column"),
        ("tips >", "syntax error"),
        ("tips); select (1", "statements|syntax"),
    ],
)
def test_what_is_no_label(label: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        label_expression(label, NAMES)


def described(values: str) -> tuple[Label, list[int | None]]:
    connection = connect()
    connection.execute(
        f"create table rows as select *, row_number() over () as place from (values {values}) as t(label)"
    )
    label = describe_label(connection, "y", ())
    return label, [
        code
        for (code,) in connection.execute(
            f"select code from (select {label.code} as code, place from rows) order by place"
        ).fetchall()
    ]


def test_classes_by_frequency() -> None:
    assert described("(true), (false), (false), (null)")[0].classes == ("false", "true")
    assert described("('b'), ('a'), ('b'), (null)")[1] == [0, 1, 0, None]
    label, codes = described("(1.5::double), (2), (2), ('nan'::double)")
    assert label.classes == ("2.0", "1.5")
    assert codes == [1, 0, 0, None]


def test_a_quantity_is_ranked() -> None:
    label, codes = described(", ".join(f"({i * i}::double)" for i in range(100)))
    assert label.classes == ()
    assert codes == [(2 * i + 1) * 50 for i in range(100)]
    assert described(", ".join(f"({max(0, i - 50)})" for i in range(100)))[1][:51] == [2550] * 51


def test_rare_classes_count_as_one() -> None:
    label, codes = described(", ".join(f"('c{i}')" for i in range(150)))
    assert len(label.classes) == 101
    assert max(code for code in codes if code is not None) == 100


@pytest.mark.parametrize(
    ("values", "message"),
    [("(null)", "missing in all rows"), ("(3), (3)", "always 3"), ("([1]), ([2])", "is INTEGER")],
)
def test_labels_that_cannot_be_learnt(values: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        described(values)


@pytest.mark.parametrize("label", ["a) from this where (a", "a, a", "a; drop table this", "a from this", "(a", ""])
def test_a_label_is_one_expression(label: str) -> None:
    with pytest.raises(DataError):
        label_expression(label, ["a"])


def test_a_label_gives_one_value_for_each_row() -> None:
    with pytest.raises(DataError, match="several rows of one"):
        label_expression("unnest([a, a])", ["a"])
    assert label_expression("a = 'unnest'", ["a"]) == ("(a = 'unnest')", ("a",))
