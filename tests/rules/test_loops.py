"""How sure a loop is depends on what names the end of it."""

from __future__ import annotations

import pytest

from auditor.findings import Confidence
from tests.rules.test_fixtures import FIXTURES, judged


@pytest.mark.parametrize(
    ("rule", "fixture", "confidence", "evidence"),
    [
        ("function-feeds-its-own-source", "fail", Confidence.MEDIUM, ()),
        (
            "function-feeds-its-own-source", "fail-environment", Confidence.HIGH,
            ("variable QUEUE_URL names Orders",),
        ),
        ("function-feeds-its-own-bucket", "fail-prefix", Confidence.LOW, ()),
        ("function-feeds-its-own-bucket", "fail", Confidence.MEDIUM, ()),
        (
            "function-feeds-its-own-bucket", "fail-environment", Confidence.HIGH,
            ("variable BUCKET names Uploads",),
        ),
        ("function-feeds-its-own-rule", "fail", Confidence.MEDIUM, ()),
        (
            "function-feeds-its-own-rule", "fail-account", Confidence.HIGH,
            ("variable BUS names Bus",),
        ),
    ],
)  # fmt: skip
def test_variable_that_names_the_source_makes_surer(
    rule: str, fixture: str, confidence: Confidence, evidence: tuple[str, ...]
) -> None:
    (finding,) = judged(FIXTURES / "architecture" / rule / f"{fixture}.yaml")
    assert finding.confidence is confidence
    assert finding.evidence[1:] == evidence
