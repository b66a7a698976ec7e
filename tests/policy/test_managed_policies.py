"""What is remembered of AWS's own policies is what moto's copy of them says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from auditor.data.calls import READS, WRITES
from auditor.data.managed_policies import ALLOWED
from auditor.data.workflows import PERMISSIONS
from auditor.policy import Answer, Request, Statement, action_matches, may

POLICIES: dict[str, Any] = json.loads(aws_managed_policies_data)
# Each action that a rule asks for.
ASKED = sorted(
    {action for needs in READS.values() for choice in needs for action in choice}
    | {action for choice in WRITES.values() for action in choice}
    | {*PERMISSIONS.values(), "kms:Decrypt", "kms:GenerateDataKey", "s3:PutObject"}
)


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_policy_allows_the_same_of_what_rules_ask(name: str) -> None:
    statements = [Statement(body) for body in POLICIES[name]["Document"]["Statement"]]
    expected = {
        action: may(statements, Request("", action, "arn:aws:x:::y", {}), identity=True).answer
        for action in ASKED
    }
    ours = {
        action: any(action_matches(pattern, action) for pattern in ALLOWED[name])
        for action in ASKED
    }
    assert ours == {action: answer is Answer.YES for action, answer in expected.items()}
    assert Answer.UNDETERMINED not in expected.values()
