"""`msgaudit iam-policy`: the permissions that a complete audit of an account needs."""

from __future__ import annotations

import json
from collections.abc import Iterable


def policy(account_role: str | None = None, *, aggregator: bool = False) -> str:
    """The least-privilege policy, made from the very list that the collectors call.

    With `account_role`, also for assuming that role in other accounts; with `aggregator` instead
    for reading one of AWS Config. Raises `UsageError` for what is no name of a role.
    """
    from auditor.collectors.live.accounts import check_role
    from auditor.collectors.live.operations import AGGREGATED, OPERATIONS, permission

    if aggregator:
        operations: Iterable[str] = (*AGGREGATED, "sts:GetCallerIdentity")
    else:
        operations = OPERATIONS

    # None of these actions can be limited to resources without leaving others unread.
    statement = {
        "Sid": "MsgauditReads",
        "Effect": "Allow",
        "Action": sorted(set(map(permission, operations))),
        "Resource": "*",
    }
    statements = [statement]
    if account_role:
        check_role(account_role)
        statements.append({
            "Sid": "MsgauditEntersAccounts",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": f"arn:*:iam::*:role/{account_role}",
        })  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
