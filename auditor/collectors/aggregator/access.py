"""Identities and keys: AWS Config has them as IAM and KMS answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from auditor.collectors.aggregator.items import Item, decoded, policy
from auditor.collectors.aggregator.kinds import Kind
from auditor.collectors.aggregator.words import as_answered, as_declared
from auditor.collectors.live import iam, kms
from auditor.resources import (
    Group,
    Key,
    KeyAlias,
    ManagedPolicy,
    Policy,
    Role,
    RolePolicy,
    User,
)
from auditor.resources.base import RawResource

_INLINE = ("GroupPolicyList", "RolePolicyList", "UserPolicyList")
# AWS Config calls the kind of a key otherwise than KMS does now.
_KEY_SPEC = "CustomerMasterKeySpec"


def identity(transform: Callable[[Mapping[str, Any]], RawResource], item: Item) -> RawResource:
    """A role, user, group or managed policy; policies stand in the code of URLs."""
    detail = {"Arn": item.arn, **as_answered(item.configuration or {})}
    if "AssumeRolePolicyDocument" in detail:
        detail["AssumeRolePolicyDocument"] = policy(detail["AssumeRolePolicyDocument"])
    for name in _INLINE:
        for inline in detail.get(name, ()):
            inline["PolicyDocument"] = policy(inline["PolicyDocument"])
    for version in detail.get("PolicyVersionList", ()):
        version["Document"] = policy(version.get("Document"))
    return transform(detail)


def role(item: Item) -> Iterable[RawResource]:
    """A role with its inline policies."""
    yield identity(iam.role, item)


def user(item: Item) -> Iterable[RawResource]:
    """A user with inline policies and groups."""
    yield identity(iam.user, item)


def group(item: Item) -> Iterable[RawResource]:
    """A group with its inline policies."""
    yield identity(iam.group, item)


def managed_policy(item: Item) -> Iterable[RawResource]:
    """A policy in the version that is in force."""
    yield identity(iam.managed_policy, item)


def key(item: Item) -> Iterable[RawResource]:
    """A key that the account manages itself."""
    metadata = {"Arn": item.arn, "KeyId": item.id, **as_answered(item.configuration or {})}
    if not kms.own(metadata):
        return
    metadata.setdefault("KeySpec", metadata.get(_KEY_SPEC))
    written = decoded(item.supplementary.get("Policy"))
    rotates = decoded(item.supplementary.get("KeyRotationStatus"))
    if isinstance(rotates, str):
        rotates = rotates == "true"
    yield kms.transform(
        metadata,
        {"Policy": written} if written else None,
        {"KeyRotationEnabled": rotates} if rotates is not None else None,
    )


def alias(item: Item) -> Iterable[RawResource]:
    """Another name of a key."""
    known = as_declared(item, ("AliasName", "TargetKeyId"))
    yield kms.alias({"AliasArn": item.arn, **known})


_IDENTITY = ("ManagedPolicyArns", "Path", "Policies")
KINDS = {
    # Inline policies are never resources of their own.
    "AWS::IAM::Role": Kind(
        (Role.type, Policy.type, RolePolicy.type),
        role,
        ("AssumeRolePolicyDocument", "PermissionsBoundary", "RoleName", *_IDENTITY),
    ),
    "AWS::IAM::User": Kind(
        (User.type,), user, ("Groups", "PermissionsBoundary", "UserName", *_IDENTITY)
    ),
    "AWS::IAM::Group": Kind((Group.type,), group, ("GroupName", *_IDENTITY)),
    # It is the identities that tell which policies are attached to them.
    "AWS::IAM::Policy": Kind(
        (ManagedPolicy.type,),
        managed_policy,
        ("Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"),
    ),
    "AWS::KMS::Key": Kind(
        (Key.type,), key, ("Description", "Enabled", "KeySpec", "KeyUsage", "Origin")
    ),
    "AWS::KMS::Alias": Kind((KeyAlias.type,), alias, ("AliasName", "TargetKeyId")),
}
