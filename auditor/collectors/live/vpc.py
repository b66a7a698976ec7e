"""VPC endpoints, and the security groups in front of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import MANAGED_BY, pick, prune
from auditor.resources import SecurityGroup, SecurityGroupIngress, VpcEndpoint
from auditor.resources.base import RawResource
from auditor.values import document

# An account has the rules inside their groups, never beside them.
TYPES = (VpcEndpoint.type, SecurityGroup.type, SecurityGroupIngress.type)

# As many values EC2 takes for one filter.
_FILTER_VALUES = 200
_ENDPOINT = (
    "IpAddressType",
    "PrivateDnsEnabled",
    "RouteTableIds",
    "ServiceName",
    "SubnetIds",
    "VpcEndpointType",
    "VpcId",
)
GONE = ("deleted", "deleting")
# The API's list and its value, CloudFormation's property.
_SOURCES = (
    ("IpRanges", "CidrIp", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    ("UserIdGroupPairs", "GroupId", "SourceSecurityGroupId"),
    ("PrefixListIds", "PrefixListId", "SourcePrefixListId"),
)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All endpoints of a region, with their security groups."""
    endpoints = reader.listing("ec2:DescribeVpcEndpoints", "VpcEndpoints", *TYPES, MaxResults=1000)
    standing = [item for item in endpoints if str(item.get("State")).lower() not in GONE]
    groups = {group["GroupId"] for item in standing for group in item.get("Groups", ())}
    for item in standing:
        yield endpoint(_arn(reader, "vpc-endpoint", item["VpcEndpointId"], item), item)
    for item in described(
        reader, "ec2:DescribeSecurityGroups", "SecurityGroups", "group-id", groups,
        (SecurityGroup.type, SecurityGroupIngress.type),
    ):  # fmt: skip
        yield security_group(_arn(reader, "security-group", item["GroupId"], item), item)


def described(
    reader: Reader,
    action: str,
    key: str,
    filter_name: str,
    values: Iterable[str],
    types: Sequence[str],
) -> Iterator[Any]:
    """What EC2 knows of the things with these ids; one that is gone is left out, not an error."""
    wanted = sorted(values)
    for start in range(0, len(wanted), _FILTER_VALUES):
        filters = [{"Name": filter_name, "Values": wanted[start : start + _FILTER_VALUES]}]
        yield from reader.listing(action, key, *types, Filters=filters, MaxResults=100)


def _arn(reader: Reader, kind: str, id_: str, item: Mapping[str, Any]) -> str:
    return reader.arn("ec2", f"{kind}/{id_}", item.get("OwnerId"))


def endpoint(arn: str, item: Mapping[str, Any]) -> RawResource:
    """An endpoint; one that another service of AWS made for itself is marked."""
    properties = pick(item, _ENDPOINT)
    if groups := [group["GroupId"] for group in item.get("Groups", ())]:
        properties["SecurityGroupIds"] = groups
    if policy := item.get("PolicyDocument"):
        properties["PolicyDocument"] = document(policy)
    if item.get("RequesterManaged"):
        properties[MANAGED_BY] = "AWS"
    return RawResource(VpcEndpoint.type, arn, properties, name=item["VpcEndpointId"], arn=arn)


def security_group(arn: str, item: Mapping[str, Any]) -> RawResource:
    """A security group; CloudFormation has one entry for each source."""
    ingress = [
        {**pick(permission, ("FromPort", "IpProtocol", "ToPort")), name: source[value]}
        for permission in item.get("IpPermissions", ())
        for listed, value, name in _SOURCES
        for source in permission.get(listed, ())
        if value in source
    ]
    settings = {
        "GroupDescription": item.get("Description"),
        "GroupName": item.get("GroupName"),
        "SecurityGroupIngress": ingress,
        "VpcId": item.get("VpcId"),
    }
    return RawResource(SecurityGroup.type, arn, prune(settings), name=item["GroupId"], arn=arn)
