"""Event patterns and filter policies: are they valid, and what do they match?

One language with dialects: patterns of EventBridge rules and archives, filters of pipes and of
Lambda event source mappings, filter policies of SNS subscriptions.
"""

from __future__ import annotations

from auditor.patterns.dialects import (
    EVENT_BRIDGE,
    LAMBDA_KINESIS,
    LAMBDA_OTHER,
    LAMBDA_QUEUE,
    LAMBDA_TABLE,
    PIPES,
    SNS_ATTRIBUTES,
    SNS_BODY,
    Dialect,
    Shape,
)
from auditor.patterns.nodes import Group, Leaf, leaves
from auditor.patterns.opening import opened
from auditor.patterns.parsing import parse
from auditor.patterns.pattern import Pattern
from auditor.patterns.problems import Kind, Problem

__all__ = [
    "EVENT_BRIDGE",
    "LAMBDA_KINESIS",
    "LAMBDA_OTHER",
    "LAMBDA_QUEUE",
    "LAMBDA_TABLE",
    "PIPES",
    "SNS_ATTRIBUTES",
    "SNS_BODY",
    "Dialect",
    "Group",
    "Kind",
    "Leaf",
    "Pattern",
    "Problem",
    "Shape",
    "leaves",
    "opened",
    "parse",
]
