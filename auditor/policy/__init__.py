"""IAM policy documents: reading them, and judging whom and what they let in."""

from __future__ import annotations

from auditor.policy.actions import action_matches, matches, wildcard_service
from auditor.policy.audience import (
    Admission,
    Principal,
    audience,
    policy_audience,
    principals_of,
)
from auditor.policy.conditions import SOURCE_KEYS, Clause, Test, clauses_of
from auditor.policy.decisions import Decision, Request, may
from auditor.policy.documents import (
    Entry,
    Statement,
    entries,
    judge_each,
    reference_part,
    statements,
    statements_of,
)
from auditor.policy.doubts import Doubts, Kept, any_of
from auditor.policy.reach import NOBODY, Audience, Trust
from auditor.policy.services import sends_source, withholds_source
from auditor.policy.texts import Answer, compare

__all__ = [
    "NOBODY", "SOURCE_KEYS", "Admission", "Answer", "Audience", "Clause", "Decision", "Doubts",
    "Entry", "Kept", "Principal", "Request", "Statement", "Test", "Trust", "action_matches",
    "any_of", "audience", "clauses_of", "compare", "entries", "judge_each", "matches", "may",
    "policy_audience", "principals_of", "reference_part", "sends_source", "statements",
    "statements_of", "wildcard_service", "withholds_source",
]  # fmt: skip
