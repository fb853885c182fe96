"""Features that give the label away: its sources, copies of it, and what alone nearly tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from penstock.ml.data.leakage.feature_counts import FeatureCounts
from penstock.ml.data.leakage.label import Label
from penstock.ml.data.leakage.leakage import Finding
from penstock.ml.data.leakage.predictor import Power, power_of, power_of_missing
from penstock.ml.data.leakage.significance import scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from penstock.ml.data.leakage.rows import Rows

SKILL_FLOOR, AUC_FLOOR, RANK_FLOOR = 0.8, 0.98, 0.95
"""Up to these a single feature may be honestly good; from there to a perfect 1 its strength grows from 0 to 1."""

_MIN_ROWS = 20
_TOLD, _PURE_ROWS, _PURE_SHARE = 0.8, 1000, 0.2
_LEAVE_OUT = "leave it out, unless it is known at the time of prediction"


def label_leaks(rows: Rows, counts: FeatureCounts, label: Label) -> Iterator[Finding]:
    """What is suspicious about one feature."""
    num_classes = min(len(label.classes), 101)
    power = power_of(counts, num_classes)
    name = counts.column.name
    if name in label.sources:
        yield _source(name, power, label)
        return
    if power.num_rows < _MIN_ROWS:
        return
    strength = strength_of(power, is_quantity=not num_classes)
    if not strength:
        yield from _implied(rows, counts, power, label)
        return
    missing = power_of_missing(counts, num_classes)
    of_missing = strength_of(missing, is_quantity=not num_classes)
    if of_missing >= 0.9 * strength:
        why = f"whether it is missing tells the label on its own: {_words(missing, label)}"
        fix = "find out when it is filled in; leave it out if that is after the label is known"
        yield Finding(name, "missingness", of_missing, why, fix, _details(missing))
    elif num_classes and _is_one_to_one(counts, num_classes):
        why = f"each of its {counts.num_values} values goes with one class of the label and no other: a copy of it"
        yield Finding(name, "label_copy", strength, why, "leave it out: it is the label", _details(power))
    else:
        why = f"alone it nearly tells the label: {_words(power, label)}"
        yield Finding(name, "predictor", strength, why, _LEAVE_OUT, _details(power))


def _implied(rows: Rows, counts: FeatureCounts, power: Power, label: Label) -> Iterator[Finding]:
    """One value that leaves one class possible, without exception in very many rows: computed, hardly measured."""
    kept = counts.target >= 0
    if len(label.classes) != 2 or power.told < _TOLD:
        return
    cube = np.zeros((counts.num_values + 2, 2), np.int64)
    np.add.at(cube, (counts.places[kept], counts.target[kept]), counts.count[kept])
    pure = np.where(cube.min(axis=1) == 0, cube.sum(axis=1), 0)
    place, size = int(pure.argmax()), int(pure.max())
    if size < max(_PURE_ROWS, _PURE_SHARE * power.num_rows):
        return
    absent = label.classes[int(cube[place].argmin())]
    why = (
        f"where it is {_shown(rows, counts, place)}, in {size} of {power.num_rows} rows, the label is never {absent}, "
        f"without exception; alone it tells: {_words(power, label)}"
    )
    fix = "find out whether it is written down with the label; if so, leave it out"
    yield Finding(counts.column.name, "implied_class", round(0.75 * power.told, 3), why, fix, _details(power))


def _shown(rows: Rows, counts: FeatureCounts, place: int) -> str:
    if place >= counts.num_values:
        return ("missing", "blank")[place - counts.num_values]
    alias, value = counts.column.alias, counts.values[place]
    if counts.is_ordered and counts.column.kind != "moment":
        return f"{value:.6g}"
    same = f"epoch_us({alias}::timestamp) = {int(value)}" if counts.is_ordered else f"hash({alias}) = {value}"
    return f"'{rows.fetch(f'select min({alias}::varchar) from sample where {same}')[0][0][:40]}'"


def strength_of(power: Power, *, is_quantity: bool) -> float:
    """How close to perfect a feature is known to be: by its lower bounds, so that few rows prove little."""
    if is_quantity:
        return scaled(power.skill_bound, RANK_FLOOR)
    return max(scaled(power.skill_bound, SKILL_FLOOR), scaled(power.auc_bound, AUC_FLOOR))


def _source(name: str, power: Power, label: Label) -> Finding:
    strength = round(power.told, 3)
    much = "alone it tells little"
    if strength >= 0.3:
        much = "alone it tells much" if strength < 0.8 else "alone it nearly tells it"
    why = f"the label is computed from it ({label.text}), and {much}: {_words(power, label)}"
    fix = _LEAVE_OUT if strength >= 0.3 else "keep it only if it is known at the time of prediction"
    return Finding(name, "label_source", strength, why, fix, _details(power))


def _is_one_to_one(counts: FeatureCounts, num_classes: int) -> bool:
    kept = counts.target >= 0
    pairs = np.unique(np.column_stack([counts.places[kept], counts.target[kept]]), axis=0)
    return len(pairs) == num_classes == len(np.unique(pairs[:, 0])) and not counts.is_missing[kept].any()


def _words(power: Power, label: Label) -> str:
    if not label.classes:
        return f"it explains {power.skill:.1%} of the variance of the label's ranks in {power.num_rows} rows"
    words = f"accuracy {power.accuracy:.3f} against {power.base_accuracy:.3f} without it"
    if len(label.classes) == 2:
        words += f", AUC {power.auc:.3f}"
    return f"{words}, on held-out rows of {power.num_rows}"


def _details(power: Power) -> dict[str, float]:
    figures = {
        "accuracy": power.accuracy,
        "auc": power.auc,
        "auc_bound": power.auc_bound,
        "base_accuracy": power.base_accuracy,
        "skill": power.skill,
        "skill_bound": power.skill_bound,
    }
    return {"num_rows": power.num_rows, **{name: round(value, 6) for name, value in figures.items()}}
