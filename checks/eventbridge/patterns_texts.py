"""Comparisons of text that do not do what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.patterns.matchers import Affix
from auditor.resources import EventRule
from auditor.rules import rule
from checks.eventbridge._patterns import GUIDE, PATH, affixes, sources

ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
KEY = ("detail", "object", "key")


@rule(
    "EVB023",
    "comparison-misses-its-purpose",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        EventPattern:
          source: [aws.s3]
          detail:
            object:
              key: [{prefix: "my uploads/"}]      # as the object is called, not my%20uploads/

        Live: aws events put-rule --name NAME --event-pattern file://pattern.json
    """,
)
def comparison_misses_its_purpose(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A pattern compares with an empty prefix or suffix, or with the encoded key of an object.

    Every text begins with the empty one. The events of S3 that EventBridge delivers hold keys as
    they are, unlike S3's own notifications, where they are URL-encoded: an encoded one never
    matches.

    Fine to accept where the empty text only stands for any text, or keys really hold percent signs.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid:
        return
    of_bucket = sources(pattern) == ["aws.s3"]
    for leaf, matcher in affixes(pattern):
        text = matcher.text if isinstance(matcher, Affix) else str(matcher.value)
        if not text and isinstance(matcher, Affix) and leaf.path[:1] == ("detail",):
            message = f"{event_rule.label} compares {leaf.path[-1]} with an empty text"
            yield Match(event_rule, message, (*PATH, *leaf.path))
        elif of_bucket and leaf.path == KEY and ENCODED.search(text):
            message = f"{event_rule.label} compares the keys of objects with an encoded one"
            yield Match(event_rule, message, (*PATH, *leaf.path), (text,), severity=Severity.MEDIUM)
