"""Many accounts and regions as one graph, each account with its own failures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import botocore.session
import pytest
from botocore.loaders import create_loader

from auditor.collectors.live import LiveCollector, Scope
from auditor.engine import judge
from auditor.errors import NothingAuditedError, UsageError
from auditor.findings import Gap, Outcome
from auditor.graph import EdgeKind
from auditor.inventory import Unit
from auditor.linking import build_graph
from auditor.resources import Queue, Topic
from checks.sqs.dead_letter import queue_without_dlq
from tests.live.conftest import REGION, Account
from tests.live.faulty import Call, FaultyAws, Reply, error, xml_error
from tests.live.reading import ACCOUNT, resources

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
ROLE = "audit"
DENIED = xml_error("AccessDenied")
# moto builds a whole network for each account and region that is asked.
NO_ENDPOINTS = (200, "text/xml", b"<R><vpcEndpointSet/></R>")


class Organization:
    """Accounts beside moto's own, and clients inside each of them."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._organizations = account.client("organizations")
        self._organizations.create_organization(FeatureSet="ALL")
        self._loader = create_loader()  # what is slow to parse is parsed once

    def member(self, name: str) -> str:
        """A new account; its id."""
        status = self._organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        return str(status["CreateAccountStatus"]["AccountId"])

    def session(self, member: str) -> botocore.session.Session:
        """A session inside an account."""
        arn = f"arn:aws:iam::{member}:role/{ROLE}"
        given = self._account.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
        keys = given["Credentials"]
        session = botocore.session.Session()
        session.register_component("data_loader", self._loader)
        session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return session

    def client(self, member: str, service: str, region: str = REGION) -> Any:
        """A client inside an account."""
        url = self._account.url
        return self.session(member).create_client(service, region, endpoint_url=url)


@pytest.fixture
def organization(account: Account) -> Organization:
    return Organization(account)


def read(url: str, scope: Scope, **more: Any) -> Unit:
    (unit,) = LiveCollector(scope, endpoint_url=url, attempts=1, **more).collect()
    return unit


def whole(*regions: str) -> Scope:
    return Scope(regions=regions or (REGION,), organization=True, account_role=ROLE)


def deny_roles(faulty: FaultyAws, members: Iterable[str]) -> None:
    """Let nobody into these accounts."""
    shut = tuple(members)

    def answer(call: Call) -> Reply | None:
        role = parse_qs(call.body)["RoleArn"][0]
        return DENIED if role.split(":")[4] in shut else None

    faulty.faults["AssumeRole"] = answer


def test_twenty_accounts_of_which_two_fail(
    account: Account, organization: Organization, faulty: FaultyAws
) -> None:
    members = [organization.member(f"member{number}") for number in range(19)]
    for member in members:
        session = organization.session(member)
        for region in REGIONS:
            sqs: Any = session.create_client("sqs", region, endpoint_url=account.url)
            sqs.create_queue(QueueName="orders")
    deny_roles(faulty, members[:2])
    faulty.answer("DescribeVpcEndpoints", NO_ENDPOINTS)
    unit = read(faulty.url, whole(*REGIONS))
    assert set(unit.accounts) == {ACCOUNT, *members[2:]}
    assert unit.regions == REGIONS
    assert {(raw.account, raw.region) for raw in resources(unit, "AWS::SQS::Queue")} == {
        (member, region) for member in members[2:] for region in REGIONS
    }
    assert [(gap.what, gap.permission) for gap in unit.gaps] == [
        (f"account {member}", "sts:AssumeRole") for member in sorted(members[:2])
    ]
    assert all("cannot be assumed: sts:AssumeRole: AccessDenied" in gap.reason for gap in unit.gaps)
    outcomes = {found.outcome for found in judge(unit, [queue_without_dlq]).findings}
    assert outcomes == {Outcome.VIOLATION}


def test_suspended_accounts_are_not_read(organization: Organization, faulty: FaultyAws) -> None:
    member = organization.member("closed")
    states = {ACCOUNT: {"Status": "ACTIVE"}, member: {"Status": "ACTIVE", "State": "SUSPENDED"}}
    listed = {"Accounts": [{"Id": id_, **state} for id_, state in states.items()]}
    faulty.answer("ListAccounts", (200, "application/x-amz-json-1.1", json.dumps(listed).encode()))
    unit = read(faulty.url, whole())
    assert (unit.accounts, unit.gaps) == ((ACCOUNT,), ())
    assert faulty.calls["AssumeRole"] == 0


def test_edges_between_accounts_and_regions(account: Account, organization: Organization) -> None:
    member = organization.member("sales")
    url = account.client("sqs", "eu-west-1").create_queue(QueueName="orders")["QueueUrl"]
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    sns = organization.client(member, "sns")
    topic = sns.create_topic(Name="sold")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    unit = read(account.url, whole(REGION, "eu-west-1"))
    (reading,) = unit.readings
    graph = build_graph(reading.resources, reading.unread, reading.unread_in)
    (found,) = [item for item in graph.resources(Queue) if item.raw.url == url]
    (edge,) = graph.incoming(found, EdgeKind.DELIVERS)
    assert isinstance(edge.source, Topic)
    assert edge.source.arn == topic


def test_a_failure_in_one_account_leaves_the_others_complete(
    account: Account, organization: Organization, faulty: FaultyAws
) -> None:
    member = organization.member("sales")
    for client in (account.client("sqs"), organization.client(member, "sqs")):
        client.create_queue(QueueName="orders")

    def answer(call: Call) -> Reply | None:
        own = call.scope.startswith("testing/")
        return None if own else error("AccessDeniedException", 403)

    faulty.faults["ListPipes"] = answer
    unit = read(faulty.url, whole())
    assert unit.gaps == (
        Gap(f"pipes:ListPipes in {REGION} of account {member}", "AccessDenied", "pipes:ListPipes"),
    )


def test_account_by_its_id(account: Account, organization: Organization) -> None:
    member = organization.member("sales")
    organization.member("other")
    organization.client(member, "sqs").create_queue(QueueName="orders")
    unit = read(account.url, Scope(regions=(REGION,), accounts=(member,), account_role=ROLE))
    assert unit.accounts == (member,)
    assert [raw.account for raw in resources(unit, "AWS::SQS::Queue")] == [member]


def role_keys(number: int, minutes: int) -> Reply:
    """Credentials of a role that are good for so long."""
    end = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    keys = (
        f"<AccessKeyId>ROLE{number}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        f"<SessionToken>t</SessionToken><Expiration>{end.isoformat()}</Expiration>"
    )
    result = f"<AssumeRoleResult><Credentials>{keys}</Credentials></AssumeRoleResult>"
    return 200, "text/xml", f"<R>{result}</R>".encode()


def test_credentials_of_a_role_are_renewed(organization: Organization, faulty: FaultyAws) -> None:
    """The first ones have only so long to go that botocore will not use them any more."""
    member = organization.member("sales")
    given = count(1)

    def answer(_: Call) -> Reply:
        number = next(given)
        return role_keys(number, minutes=5 if number == 1 else 60)

    faulty.faults["AssumeRole"] = answer
    unit = read(faulty.url, Scope(regions=(REGION,), accounts=(member,), account_role=ROLE))
    assert unit.gaps == ()
    signers = {call.scope.partition("/")[0] for call in faulty.requests if "List" in call.operation}
    assert (signers, faulty.calls["AssumeRole"]) == ({"ROLE2"}, 2)


def test_only_account_that_cannot_be_entered(organization: Organization, faulty: FaultyAws) -> None:
    member = organization.member("sales")
    deny_roles(faulty, [member])
    scope = Scope(regions=(REGION,), accounts=(member,), account_role=ROLE)
    with pytest.raises(
        NothingAuditedError, match=f"{member}:role/audit cannot be assumed"
    ) as caught:
        read(faulty.url, scope)
    assert "trust policy" in caught.value.hint


def test_organization_that_cannot_be_listed(faulty: FaultyAws) -> None:
    faulty.deny("ListAccounts")
    with pytest.raises(NothingAuditedError, match="organizations:ListAccounts: AccessDenied"):
        read(faulty.url, whole())


def enable(faulty: FaultyAws, *regions: str) -> None:
    body = "".join(f"<item><regionName>{name}</regionName></item>" for name in regions)
    answer = f"<DescribeRegionsResponse><regionInfo>{body}</regionInfo></DescribeRegionsResponse>"
    faulty.answer("DescribeRegions", (200, "text/xml", answer.encode()))


@pytest.mark.parametrize(
    ("accounts", "message"),
    [([], "has no active account"), ([{}], "cannot be listed"), ("many", "cannot be listed")],
)
def test_organization_that_makes_no_sense(
    faulty: FaultyAws, accounts: object, message: str
) -> None:
    body = json.dumps({"Accounts": accounts}).encode()
    faulty.answer("ListAccounts", (200, "application/x-amz-json-1.1", body))
    with pytest.raises(NothingAuditedError, match=message):
        read(faulty.url, whole())


def test_enabled_regions_only(account: Account, faulty: FaultyAws) -> None:
    enable(faulty, *REGIONS[:2])
    for region in REGIONS:
        account.client("sqs", region).create_queue(QueueName="orders")
    unit = read(faulty.url, Scope(all_regions=True))
    assert unit.regions == REGIONS[:2]
    assert [raw.region for raw in resources(unit, "AWS::SQS::Queue")] == list(REGIONS[:2])


def test_regions_that_cannot_be_listed(faulty: FaultyAws) -> None:
    faulty.answer("DescribeRegions", xml_error("UnauthorizedOperation"))
    with pytest.raises(NothingAuditedError, match="ec2:DescribeRegions: AccessDenied") as caught:
        read(faulty.url, Scope(all_regions=True))
    assert caught.value.hint == "name them with --region"


@pytest.mark.parametrize("home", ["cn-north-1", "us-gov-west-1"])
def test_partition_of_the_caller(account: Account, faulty: FaultyAws, home: str) -> None:
    """Credentials of a partition are unknown in the others."""
    faulty.faults["GetCallerIdentity"] = lambda call: (
        None if home in call.scope else xml_error("InvalidClientTokenId")
    )
    enable(faulty, home)
    account.client("sqs", home).create_queue(QueueName="orders")
    unit = read(faulty.url, Scope(all_regions=True))
    (queue,) = resources(unit, "AWS::SQS::Queue")
    assert str(queue.arn).startswith(
        f"arn:{'aws-cn' if 'cn' in home else 'aws-us-gov'}:sqs:{home}:"
    )


def test_two_profiles_of_one_account_are_read_once(account: Account, tmp_path: Path) -> None:
    keys = "aws_access_key_id = testing\naws_secret_access_key = testing\n"
    (tmp_path / "config").write_text(
        f"[profile us]\nregion = us-east-1\n{keys}[profile eu]\nregion = eu-west-1\n{keys}"
    )
    account.queue("orders")
    unit = read(account.url, Scope(profiles=("us", "eu", "us")))
    assert (unit.accounts, unit.regions) == ((ACCOUNT,), ("us-east-1", "eu-west-1"))
    assert len(resources(unit, "AWS::SQS::Queue")) == 1


def test_profile_that_assumes_a_role(
    account: Account, organization: Organization, tmp_path: Path
) -> None:
    member = organization.member("sales")
    (tmp_path / "config").write_text(
        "[profile base]\naws_access_key_id = testing\naws_secret_access_key = testing\n"
        f"[profile sales]\nrole_arn = arn:aws:iam::{member}:role/{ROLE}\nsource_profile = base\n"
        f"region = {REGION}\nservices = here\n"
        f"[services here]\nsts =\n  endpoint_url = {account.url}\n"
    )
    unit = read(account.url, Scope(profiles=("sales",)))
    assert unit.accounts == (member,)


SENSELESS = [
    (Scope(organization=True), "--account-role goes with"),
    (Scope(account_role=ROLE), "--account-role goes with"),
    (Scope(accounts=("1",), account_role=ROLE), "'1' is no account id"),
    (Scope(accounts=(ACCOUNT,), account_role=ROLE, organization=True), "every --account"),
    (Scope(all_regions=True, regions=(REGION,)), "every --region"),
]


@pytest.mark.parametrize(("scope", "message"), SENSELESS)
def test_senseless_scope(scope: Scope, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read("http://127.0.0.1:1", scope)
