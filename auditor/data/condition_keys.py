"""Condition keys of IAM policies that exist.

IAM user guide, "AWS global condition context keys"; Service Authorization Reference, "Condition
keys" of Amazon SNS and Amazon EventBridge; Lambda's and KMS's keys are left to their services. Read
on 2026-11-24.
"""

from __future__ import annotations

# They hold an ARN, and compare with * only under ArnLike, ArnEquals or StringLike.
ARN_KEYS = frozenset({"aws:sourcearn", "aws:principalarn", "aws:sourcevpcarn"})
# They hold an id.
ID_KEYS = frozenset(
    {
        "aws:sourceaccount", "aws:sourceowner", "aws:principalaccount", "aws:resourceaccount",
        "aws:principalorgid", "aws:sourceorgid", "aws:resourceorgid", "aws:sourcevpc",
        "aws:sourcevpce", "events:creatoraccount",
    }
)  # fmt: skip
_NAMES = (
    "aws:AssumedRoot", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast",
    "aws:ChatbotSourceArn", "aws:CurrentTime", "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc", "aws:EpochTime", "aws:FederatedProvider",
    "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalAccount",
    "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList",
    "aws:PrincipalType", "aws:Referer", "aws:RequestedRegion", "aws:ResourceAccount",
    "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:SecureTransport", "aws:SourceAccount",
    "aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID",
    "aws:SourceOrgPaths", "aws:SourceOwner", "aws:SourceVpc", "aws:SourceVpcArn",
    "aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime", "aws:UserAgent", "aws:userid",
    "aws:username", "aws:ViaAWSService", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths",
    "aws:VpcSourceIp", "events:creatorAccount", "events:detail-type", "events:eventBusInvocation",
    "events:ManagedBy", "events:source", "events:TargetArn", "sns:Endpoint", "sns:Protocol",
)  # fmt: skip
# In small letters, as they are compared -> as they are written.
KNOWN = {name.lower(): name for name in _NAMES}
_SERVICES = ("aws:", "events:", "sns:")


def known(key: str) -> bool:
    """Whether a key, in small letters, exists or is not one of those listed here at all."""
    return key in KNOWN or "/" in key or "." in key or not key.startswith(_SERVICES)
