"""IAM roles and policies, KMS keys."""

from __future__ import annotations

from auditor.resources.base import Resource
from auditor.values import Readable, View, boolean, text, texts, views


class NamedPolicy(View):
    """A policy written inside a role, a user or a group; its document is under `PolicyDocument`."""

    name = Readable("PolicyName", text, "")


class Role(Resource):
    """An IAM role."""

    type = "AWS::IAM::Role"

    inline_policies = Readable("Policies", views(NamedPolicy), ())
    managed_policy_arns = Readable("ManagedPolicyArns", texts, ())


class User(Resource):
    """An IAM user."""

    type = "AWS::IAM::User"

    inline_policies = Readable("Policies", views(NamedPolicy), ())


class Group(Resource):
    """An IAM group."""

    type = "AWS::IAM::Group"

    inline_policies = Readable("Policies", views(NamedPolicy), ())


class Policy(Resource):
    """An inline policy declared on its own."""

    type = "AWS::IAM::Policy"


class RolePolicy(Resource):
    """The newer spelling of an inline policy of one role."""

    type = "AWS::IAM::RolePolicy"


class ManagedPolicy(Resource):
    """A customer managed policy."""

    type = "AWS::IAM::ManagedPolicy"


class Key(Resource):
    """A KMS key."""

    type = "AWS::KMS::Key"

    enabled = Readable("Enabled", boolean, True)
    rotated = Readable("EnableKeyRotation", boolean, False)
    spec = Readable("KeySpec", text, "SYMMETRIC_DEFAULT")
    origin = Readable("Origin", text, "AWS_KMS")


class KeyAlias(Resource):
    """Another name of a key."""

    type = "AWS::KMS::Alias"

    alias_name = Readable("AliasName", text)
    target_key = Readable("TargetKeyId", text)
