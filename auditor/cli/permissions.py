"""`msgaudit iam-policy`: the permissions that a complete audit of an account needs."""

from __future__ import annotations

import json


def policy() -> str:
    """The least-privilege policy, made from the very list that the collectors call."""
    from auditor.collectors.live.operations import OPERATIONS, permission

    # None of these actions can be limited to resources without leaving others unread.
    statement = {
        "Sid": "MsgauditReads",
        "Effect": "Allow",
        "Action": sorted(set(map(permission, OPERATIONS))),
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
