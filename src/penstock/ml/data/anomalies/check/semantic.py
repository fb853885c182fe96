"""Whether the statistics found out what the values mean where the schema does not say."""

from __future__ import annotations

import re

from penstock.ml.data.anomalies.problem import Found, Problem, Subject
from penstock.ml.data.schema.field import DOMAINS

_DOMAIN = re.compile(r"\s*(\w+)\s*(:|\{|<).*", re.DOTALL)


def semantic(subject: Subject) -> Found:
    """Exactly one `domain_info` of a kind that there is."""
    found = [statistic.text or "" for statistic in subject.view.customs if statistic.name == "domain_info"]
    kind = _DOMAIN.fullmatch(found[0]) if len(found) == 1 else None
    if kind and kind[1] in DOMAINS:
        yield Problem(
            "SEMANTIC_DOMAIN_UPDATE",
            "Updated semantic domain",
            f"The values are of the domain {found[0].strip()}, and the schema does not say so.",
        )
