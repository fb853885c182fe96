from __future__ import annotations

import pickle

from penstock.core.value import Metrics, Report


def test_metrics_are_a_dict_by_keyword_or_mapping() -> None:
    assert Metrics({"auc": 0.9}, rows=3) == {"auc": 0.9, "rows": 3}
    assert Metrics(values=1.0) == {"values": 1.0}
    assert Metrics(Metrics(auc=0.9)) == Metrics(auc=0.9)


def test_metrics_of_a_mapping_do_not_share_it() -> None:
    given = {"auc": 0.9}
    Metrics(given)["auc"] = 0.5
    assert given == {"auc": 0.9}


def test_metrics_survive_a_process_border() -> None:
    copy = pickle.loads(pickle.dumps(Metrics(auc=0.9)))
    assert (type(copy), copy) == (Metrics, {"auc": 0.9})


def test_a_report_shows_itself_in_a_notebook() -> None:
    assert Report("<p>hello</p>")._repr_html_() == "<p>hello</p>"
