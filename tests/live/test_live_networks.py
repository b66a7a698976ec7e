"""VPC endpoints with their security groups, and the subnets of functions with the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.collectors.live import subnets, vpc
from auditor.engine import judge
from auditor.findings import Gap, Outcome
from auditor.inventory import Unit
from checks.vpc.endpoints import endpoint_open_to_all_accounts, endpoint_without_private_dns
from checks.vpc.isolation import no_way_to_service
from checks.vpc.security_groups import endpoint_group_misses_https
from tests.live.conftest import Account
from tests.live.faulty import FaultyAws, xml_error
from tests.live.reading import REGION, arn, collect, only, properties, resources

ENDPOINT, GROUP = "AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroup"
INGRESS, ROUTE, SUBNET = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Route", "AWS::EC2::Subnet"
ENDPOINT_ARN = arn("ec2", "vpc-endpoint/vpce-1")
GROUP_ARN = arn("ec2", "security-group/sg-1")
TABLE_ARN = arn("ec2", "route-table/rtb-1")
SEND = (
    '{"Version": "2012-10-17", "Statement":'
    ' [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}'
)
TRUST = '{"Version": "2012-10-17", "Statement": []}'


class Network:
    """A VPC with a subnet, a security group and an endpoint of SQS."""

    def __init__(self, account: Account) -> None:
        self.ec2 = account.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")
        self.subnet = made["Subnet"]["SubnetId"]
        made = self.ec2.create_security_group(
            GroupName="endpoints", Description="clients", VpcId=self.vpc
        )
        self.group = made["GroupId"]

    def endpoint(self, **settings: Any) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.{REGION}.sqs",
            SubnetIds=[self.subnet],
            SecurityGroupIds=[self.group],
            **settings,
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def admit(self, port: int) -> None:
        permission = {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": "10.0.0.0/16"}],
        }
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])


@pytest.fixture
def network(account: Account) -> Network:
    return Network(account)


def worker(account: Account, network: Network) -> None:
    """A function in the subnet that may send messages."""
    iam = account.client("iam")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="worker", PolicyName="send", PolicyDocument=SEND)
    account.client("lambda").create_function(
        FunctionName="worker",
        Role=role,
        Runtime="python3.13",
        Handler="a.b",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        VpcConfig={"SubnetIds": [network.subnet], "SecurityGroupIds": [network.group]},
    )


def test_endpoint_and_its_group(account: Account, network: Network) -> None:
    network.admit(443)
    id_ = network.endpoint(PrivateDnsEnabled=True)
    unit = collect(account.url)
    endpoint = only(unit, ENDPOINT)
    assert endpoint.id == arn("ec2", f"vpc-endpoint/{id_}")
    wanted = {
        "PrivateDnsEnabled": True,
        "SecurityGroupIds": [network.group],
        "ServiceName": f"com.amazonaws.{REGION}.sqs",
        "SubnetIds": [network.subnet],
        "VpcEndpointType": "Interface",
        "VpcId": network.vpc,
    }
    assert {name: endpoint.properties.get(name) for name in wanted} == wanted
    group = only(unit, GROUP)
    assert group.name == network.group
    assert group.properties["SecurityGroupIngress"] == [
        {"CidrIp": "10.0.0.0/16", "FromPort": 443, "IpProtocol": "tcp", "ToPort": 443}
    ]
    assert judge(unit, [endpoint_without_private_dns]).findings == []
    assert judge(unit, [endpoint_group_misses_https]).findings == []


def test_rules_on_endpoints_find_mistakes(account: Account, network: Network) -> None:
    network.admit(80)
    network.endpoint(PrivateDnsEnabled=False)
    unit = collect(account.url)
    rules = [endpoint_without_private_dns, endpoint_group_misses_https]
    found = judge(unit, rules).findings
    assert {(it.rule, it.outcome) for it in found} == {
        ("VPC004", Outcome.VIOLATION),
        ("VPC005", Outcome.VIOLATION),
    }


def test_account_without_endpoints_is_not_asked_for_groups(
    account: Account, faulty: FaultyAws
) -> None:
    unit = collect(faulty.url)
    assert resources(unit, ENDPOINT) == []
    assert faulty.calls["DescribeVpcEndpoints"] == 1
    assert faulty.calls["DescribeSecurityGroups"] == 0
    assert faulty.calls["DescribeSubnets"] == 0
    assert not {ENDPOINT, GROUP, INGRESS, SUBNET, ROUTE} & set(unit.readings[0].unread)


def test_denied_endpoints_are_a_gap(account: Account, faulty: FaultyAws) -> None:
    account.queue("orders")
    faulty.answer("DescribeVpcEndpoints", xml_error("UnauthorizedOperation"))
    unit = collect(faulty.url)
    action = "ec2:DescribeVpcEndpoints"
    assert unit.gaps == (Gap(f"{action} in {REGION}", "AccessDenied", action),)
    assert set(unit.readings[0].unread) >= {ENDPOINT, GROUP, INGRESS}


def test_denied_groups_leave_the_rule_undetermined(
    account: Account, faulty: FaultyAws, network: Network
) -> None:
    network.endpoint()
    faulty.answer("DescribeSecurityGroups", xml_error("UnauthorizedOperation"))
    unit = collect(faulty.url)
    (found,) = judge(unit, [endpoint_group_misses_https]).findings
    assert found.outcome is Outcome.UNDETERMINED
    assert [gap.permission for gap in unit.gaps] == ["ec2:DescribeSecurityGroups"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"<DescribeVpcEndpointsResponse/>"])
def test_garbage_is_not_an_account_without_endpoints(
    account: Account, faulty: FaultyAws, body: bytes
) -> None:
    account.queue("orders")
    faulty.answer("DescribeVpcEndpoints", (200, "text/xml", body))
    unit = collect(faulty.url)
    assert ENDPOINT in unit.readings[0].unread
    assert [gap.what for gap in unit.gaps] == [f"ec2:DescribeVpcEndpoints in {REGION}"]


def test_endpoint_policy_and_endpoints_that_aws_manages() -> None:
    item = {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Interface",
        "ServiceName": "com.amazonaws.us-east-1.sns",
        "PolicyDocument": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*",'
        ' "Resource": "*"}]}',
        "RequesterManaged": True,
        "Groups": [],
    }
    raw = vpc.endpoint(ENDPOINT_ARN, item)
    assert raw.properties["PolicyDocument"]["Statement"][0]["Action"] == "*"
    assert raw.properties["$managed_by"] == "AWS"


def test_default_endpoint_policy_is_open_to_all(account: Account, network: Network) -> None:
    network.endpoint(
        PolicyDocument='{"Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "*", "Resource": "*"}]}'
    )
    (found,) = judge(collect(account.url), [endpoint_open_to_all_accounts]).findings
    assert found.outcome is Outcome.VIOLATION


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        (
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "1"}]},
            [{"IpProtocol": "-1", "SourceSecurityGroupId": "sg-2"}],
        ),
        (
            {
                "IpProtocol": "tcp",
                "FromPort": 0,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                "PrefixListIds": [{"PrefixListId": "pl-1"}],
            },
            [
                {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 443, "CidrIp": "10.0.0.0/8"},
                {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 443, "CidrIp": "0.0.0.0/0"},
                {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 443, "CidrIpv6": "::/0"},
                {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 443, "SourcePrefixListId": "pl-1"},
            ],
        ),
    ],
)
def test_each_source_is_an_entry(
    permission: Mapping[str, Any], expected: list[Mapping[str, Any]]
) -> None:
    raw = vpc.security_group(GROUP_ARN, {"GroupId": "sg-1", "IpPermissions": [permission]})
    assert raw.properties["SecurityGroupIngress"] == expected


@pytest.mark.parametrize(
    ("route", "target"),
    [
        ({"NatGatewayId": "nat-1"}, {"NatGatewayId": "nat-1"}),
        ({"GatewayId": "igw-1"}, {"GatewayId": "igw-1"}),
        ({"GatewayId": "vpce-1"}, {"VpcEndpointId": "vpce-1"}),
    ],
)
def test_routes_that_lead_out(route: Mapping[str, str], target: Mapping[str, str]) -> None:
    item = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", **route}
    (raw,) = subnets.routes(TABLE_ARN, {"RouteTableId": "rtb-1", "Routes": [item]})
    assert raw.id == f"{TABLE_ARN}#0.0.0.0/0"
    known = {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0"}
    assert raw.properties == {**known, **target}


@pytest.mark.parametrize(
    "route",
    [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"},
    ],
)
def test_routes_that_do_not(route: Mapping[str, str]) -> None:
    assert list(subnets.routes(TABLE_ARN, {"RouteTableId": "rtb-1", "Routes": [route]})) == []


def findings(unit: Unit) -> list[tuple[str, Outcome]]:
    return [
        (it.resource.name or "", it.outcome) for it in judge(unit, [no_way_to_service]).findings
    ]


def test_function_without_a_way_to_its_queue(account: Account, network: Network) -> None:
    worker(account, network)
    unit = collect(account.url)
    assert properties(unit, SUBNET)["VpcId"] == network.vpc
    assert only(unit, "AWS::EC2::VPC").name == network.vpc
    assert resources(unit, ROUTE) == []
    assert findings(unit) == [("worker", Outcome.VIOLATION)]


def test_function_with_an_endpoint(account: Account, network: Network) -> None:
    worker(account, network)
    network.endpoint()
    assert findings(collect(account.url)) == []


def test_function_with_a_way_out(account: Account, network: Network) -> None:
    worker(account, network)
    address = network.ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = network.ec2.create_nat_gateway(SubnetId=network.subnet, AllocationId=address)
    tables = network.ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc]}]
    )
    network.ec2.create_route(
        RouteTableId=tables["RouteTables"][0]["RouteTableId"],
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=made["NatGateway"]["NatGatewayId"],
    )
    unit = collect(account.url)
    assert "NatGatewayId" in properties(unit, ROUTE)
    assert findings(unit) == []


@pytest.mark.parametrize("call", ["DescribeRouteTables", "DescribeSubnets"])
def test_denied_ways_out_leave_the_rule_undetermined(
    account: Account, faulty: FaultyAws, network: Network, call: str
) -> None:
    worker(account, network)
    faulty.answer(call, xml_error("UnauthorizedOperation"))
    assert findings(collect(faulty.url)) == [("worker", Outcome.UNDETERMINED)]


def test_subnet_of_another_account_says_nothing_about_routes(
    account: Account, faulty: FaultyAws, network: Network
) -> None:
    worker(account, network)
    body = (
        "<DescribeSubnetsResponse><subnetSet><item><subnetId>{}</subnetId><vpcId>vpc-9</vpcId>"
        "<ownerId>999999999999</ownerId></item></subnetSet></DescribeSubnetsResponse>"
    )
    reply = body.format(network.subnet).encode()
    faulty.answer("DescribeSubnets", (200, "text/xml", reply))
    unit = collect(faulty.url)
    assert resources(unit, SUBNET) == []
    assert faulty.calls["DescribeRouteTables"] == 0
    assert findings(unit) == []
