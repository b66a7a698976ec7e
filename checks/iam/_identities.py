"""What the rules on permissions share."""

from __future__ import annotations

from auditor.arns import Arn
from auditor.resources import Group, ManagedPolicy, Policy, Role, RolePolicy, User

GUIDE = "IAM Policies and Permissions (lines 1027-1072)"
IDENTITIES = (Role, User, Group, Policy, RolePolicy, ManagedPolicy)


def service_of(resource: str) -> str:
    """The service of an ARN; other text, such as `*`, as it is."""
    arn = Arn.parse(resource)
    return arn.service if arn else resource
