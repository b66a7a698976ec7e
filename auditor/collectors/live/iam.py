"""Roles, users, groups and customer managed policies: the same in every region, so read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import MANAGED_BY, last, present
from auditor.resources import Group, ManagedPolicy, Policy, Role, RolePolicy, User
from auditor.resources.base import RawResource

# Inline policies are never resources of their own in an account: there are none to be missed.
TYPES = (Role.type, User.type, Group.type, ManagedPolicy.type, Policy.type, RolePolicy.type)

_MARKER = ("Marker", "Marker")
# Roles under these paths belong to AWS; nobody can change them.
_AWS_PATHS = ("/aws-service-role/", "/aws-reserved/")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All identities of an account with their policies, in a few calls."""
    kinds: tuple[tuple[str, str, str, Callable[[Mapping[str, Any]], RawResource]], ...] = (
        ("Role", "RoleDetailList", Role.type, role),
        ("User", "UserDetailList", User.type, user),
        ("Group", "GroupDetailList", Group.type, group),
        ("LocalManagedPolicy", "Policies", ManagedPolicy.type, managed_policy),
    )
    for kind, key, type_, transform in kinds:
        details = reader.listing(
            "iam:GetAccountAuthorizationDetails", key, type_,
            token=_MARKER, Filter=[kind], MaxItems=1000,
        )  # fmt: skip
        yield from map(transform, details)


def role(detail: Mapping[str, Any]) -> RawResource:
    """A role with its inline policies."""
    managed = "AWS" if detail.get("Path", "/").startswith(_AWS_PATHS) else None
    return _identity(
        Role.type, detail, "RoleName", "RolePolicyList",
        AssumeRolePolicyDocument=detail.get("AssumeRolePolicyDocument"),
        **{MANAGED_BY: managed},
    )  # fmt: skip


def user(detail: Mapping[str, Any]) -> RawResource:
    """A user with inline policies and groups."""
    return _identity(
        User.type, detail, "UserName", "UserPolicyList", Groups=detail.get("GroupList")
    )


def group(detail: Mapping[str, Any]) -> RawResource:
    """A group with its inline policies."""
    return _identity(Group.type, detail, "GroupName", "GroupPolicyList")


def managed_policy(detail: Mapping[str, Any]) -> RawResource:
    """A policy in the version that is in force."""
    versions = detail.get("PolicyVersionList", ())
    (document,) = (version["Document"] for version in versions if version["IsDefaultVersion"])
    arn = detail["Arn"]
    name = last(arn, "/")
    properties = {"ManagedPolicyName": name, "Path": detail.get("Path"), "PolicyDocument": document}
    return RawResource(ManagedPolicy.type, arn, present(properties), name=name, arn=arn)


def _identity(
    type_: str, detail: Mapping[str, Any], named: str, inline: str, **more: object
) -> RawResource:
    boundary = detail.get("PermissionsBoundary") or {}
    attached = [policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", ())]
    properties = {
        named: detail[named],
        "Path": detail.get("Path"),
        "Policies": list(detail.get(inline, ())),
        "ManagedPolicyArns": attached,
        "PermissionsBoundary": boundary.get("PermissionsBoundaryArn"),
        "Tags": detail.get("Tags"),
        **more,
    }
    arn = detail["Arn"]
    return RawResource(type_, arn, present(properties), name=detail[named], arn=arn)
