"""What becomes of a configuration item of each type, and what its silence means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest

from auditor.collectors.aggregator.items import decoded, policy
from auditor.collectors.aggregator.types import KINDS, UNREAD
from auditor.engine import judge
from auditor.findings import Outcome
from auditor.inventory import Unit
from auditor.loading import installed
from auditor.resources import TYPES, RawResource
from auditor.values import Block, Unknown
from tests.live.item_cases import CASES, INVOKE, OPEN, TRUST, WORKER, iam, row
from tests.live.reading import ACCOUNT, REGION, arn, only
from tests.live.recording import coded
from tests.live.stub_config import Row, StubConfig, item, read, recorder, source

KEY = "11111111-2222-4333-8444-555555555555"

# They are kept only where something else refers to them: see below.
REFERRED = ("AWS::EC2::SecurityGroup", "AWS::KMS::Alias", "AWS::KMS::Key")


def aggregated(*rows: Row) -> Unit:
    """A place where everything is recorded."""
    return read(StubConfig([*rows, recorder()], [source()]).serve())


def only_in(unit: Unit, type_: str) -> RawResource:
    reading = unit.readings[0]
    (raw,) = [raw for raw in (*reading.resources, *reading.context) if raw.type == type_]
    return raw


@pytest.mark.parametrize("type_", sorted(CASES))
def test_item_becomes_a_resource(type_: str) -> None:
    given, becomes, expected, untold = CASES[type_]
    unit = aggregated(given)
    assert [gap for gap in unit.gaps if "Select" in gap.what] == []
    raw = only_in(unit, becomes)
    assert {name: raw.properties[name] for name in expected} == expected
    assert untold not in raw.properties
    assert isinstance(raw.properties, Block)
    assert isinstance(raw.properties.unread, Unknown)
    assert (raw.account, raw.region) == (ACCOUNT, REGION)
    assert "very-secret" not in repr(raw.properties)


def test_every_kind_has_a_case() -> None:
    assert CASES.keys() | {*REFERRED} == KINDS.keys()


def test_every_type_is_read_or_has_a_reason() -> None:
    made = [type_ for kind in KINDS.values() for type_ in kind.types]
    assert len(made) == len({*made})
    # No live collector reads tables either.
    assert {*made, *UNREAD} == TYPES.keys() - {"AWS::DynamoDB::Table"}


def test_what_aws_config_records_is_what_its_model_says() -> None:
    model = botocore.session.Session().get_service_model("config")
    known = set(model.shape_for("ResourceType").metadata["enum"])
    never = {type_ for type_, why in UNREAD.items() if why == "AWS Config does not record it"}
    assert KINDS.keys() <= known
    assert not never & known


def test_document_is_known_to_be_absent_once_another_item_has_it() -> None:
    given, _, _, _ = CASES["AWS::SQS::Queue"]
    dead = row("AWS::SQS::Queue", "dead", arn("sqs", "dead"), {"QueueArn": arn("sqs", "dead")})
    alone = only(aggregated(dead), "AWS::SQS::Queue")
    assert "RedrivePolicy" not in alone.properties
    unit = aggregated(dead, given)
    known = {raw.name: raw.properties for raw in unit.readings[0].resources}
    assert known["dead"]["RedrivePolicy"] is None


def test_policies_are_known_to_be_absent_once_another_item_has_one() -> None:
    policy_ = {"Policy": json.dumps(OPEN)}
    open_ = row("AWS::SQS::Queue", "open", arn("sqs", "open"), policy_)
    dead = row("AWS::SQS::Queue", "dead", arn("sqs", "dead"), {"QueueArn": arn("sqs", "dead")})
    alone = aggregated(dead).readings[0].unread
    assert "no item of AWS Config has a Policy" in alone["AWS::SQS::QueuePolicy"]
    both = aggregated(dead, open_)
    assert only(both, "AWS::SQS::QueuePolicy").properties["PolicyDocument"] == OPEN
    assert "AWS::SQS::QueuePolicy" not in both.readings[0].unread


def test_permissions_of_functions() -> None:
    more = {"Policy": json.dumps(INVOKE)}
    given = row("AWS::Lambda::Function", "worker", WORKER, {"functionName": "worker"}, more)
    permission = only(aggregated(given), "AWS::Lambda::Permission")
    assert permission.properties["Principal"] == "events.amazonaws.com"


def test_permissions_of_versions_are_unknown() -> None:
    """They have policies of their own, which nothing else tells of."""
    target = [{"Id": "1", "Arn": f"{WORKER}:live"}]
    rule = row("AWS::Events::Rule", "r", arn("events", "rule/r"), {"Name": "r", "Targets": target})
    permission = only(aggregated(rule), "AWS::Lambda::Permission")
    assert permission.properties["FunctionName"] == f"{WORKER}:live"
    assert "versions" in str(getattr(permission.properties, "unread", None))


def test_a_target_has_no_role_where_none_is_recorded() -> None:
    target = [{"Id": "1", "Arn": arn("kinesis", "stream/clicks")}]
    rule = row("AWS::Events::Rule", "r", arn("events", "rule/r"), {"Name": "r", "Targets": target})
    (finding,) = judge(aggregated(rule), [installed("EVB031")]).findings
    assert finding.outcome is Outcome.VIOLATION


def key(manager: str = "CUSTOMER") -> Row:
    configuration = {
        "keyId": KEY, "arn": arn("kms", f"key/{KEY}"), "keyManager": manager, "enabled": True,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT",
    }  # fmt: skip
    more = {"Policy": json.dumps(OPEN), "KeyRotationStatus": True}
    return row("AWS::KMS::Key", KEY, arn("kms", f"key/{KEY}"), configuration, more)


def encrypted(name: str) -> Row:
    known = {"QueueArn": arn("sqs", "q"), "KmsMasterKeyId": name}
    return row("AWS::SQS::Queue", "q", arn("sqs", "q"), known)


def test_keys_in_use() -> None:
    alias = {"AliasName": "alias/orders", "TargetKeyId": KEY}
    named = row("AWS::KMS::Alias", "alias/orders", arn("kms", "alias/orders"), alias)
    unit = aggregated(key(), named, encrypted("alias/orders"))
    expected = {"KeyPolicy": OPEN, "EnableKeyRotation": True, "KeySpec": "SYMMETRIC_DEFAULT"}
    found: Mapping[str, Any] = only(unit, "AWS::KMS::Key").properties
    assert {name: found[name] for name in expected} == expected
    assert only(unit, "AWS::KMS::Alias").name == "alias/orders"


@pytest.mark.parametrize(
    "rows", [(key(),), (key("AWS"), encrypted(KEY))], ids=["unused", "managed by AWS"]
)
def test_other_keys_are_left_out(rows: tuple[Row, ...]) -> None:
    assert "AWS::KMS::Key" not in {raw.type for raw in aggregated(*rows).readings[0].resources}


def test_security_groups_of_endpoints() -> None:
    ranges: Row = {
        "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": ["10.0.0.0/8"],
        "ipv4Ranges": [{"cidrIp": "10.0.0.0/8"}], "ipv6Ranges": [], "prefixListIds": None,
        "userIdGroupPairs": [{"groupId": "sg-2"}],
    }  # fmt: skip
    groups = [
        row("AWS::EC2::SecurityGroup", id_, arn("ec2", f"security-group/{id_}"),
            {"groupId": id_, "groupName": id_, "ipPermissions": [ranges]})
        for id_ in ("sg-1", "sg-3")
    ]  # fmt: skip
    unit = aggregated(CASES["AWS::EC2::VPCEndpoint"][0], *groups)
    group = only(unit, "AWS::EC2::SecurityGroup")
    assert group.name == "sg-1"
    ports = {"FromPort": 443, "IpProtocol": "tcp", "ToPort": 443}
    assert group.properties["SecurityGroupIngress"] == [
        {**ports, "CidrIp": "10.0.0.0/8"}, {**ports, "SourceSecurityGroupId": "sg-2"},
    ]  # fmt: skip


def test_roles_of_aws_are_only_context() -> None:
    path = "/aws-service-role/config.amazonaws.com/"
    known = {"roleName": "r", "path": path, "assumeRolePolicyDocument": coded(TRUST)}
    unit = aggregated(row("AWS::IAM::Role", "AROA2", iam(f"role{path}r"), known))
    assert [raw.name for raw in unit.readings[0].context] == ["r"]


def test_rules_of_aws_are_only_context() -> None:
    name = "StepFunctionsGetEventsForECSTaskRule"
    unit = aggregated(row("AWS::Events::Rule", name, arn("events", f"rule/{name}"), {"Name": name}))
    assert [raw.name for raw in unit.readings[0].context] == [name]


def test_identities_recorded_in_several_regions_count_once() -> None:
    """The newest item is the truth."""
    given = CASES["AWS::IAM::User"][0]
    newer = {**given, "configurationItemCaptureTime": "2026-11-02T00:00:00.000Z",
             "configuration": {**given["configuration"], "groupList": ["readers"]}}  # fmt: skip
    unit = aggregated(given, newer, given)
    assert only(unit, "AWS::IAM::User").properties["Groups"] == ["readers"]


@pytest.mark.parametrize(
    "tags", [[{"tag": "a=b", "key": "a", "value": "b"}], {"a": "b"}], ids=["list", "mapping"]
)
def test_tags(tags: object) -> None:
    known = {"QueueArn": arn("sqs", "q"), "Policy": json.dumps(OPEN)}
    unit = aggregated(item("AWS::SQS::Queue", "q", arn("sqs", "q"), known, tags=tags))
    (reading,) = unit.readings
    assert [raw.properties["Tags"] for raw in reading.resources] == [
        [{"Key": "a", "Value": "b"}]
    ] * 2


def test_documents_in_documents() -> None:
    text = json.dumps(json.dumps(OPEN))
    assert decoded(text) == OPEN
    assert decoded('{"broken') == '{"broken'
    assert policy(coded({"a": "50%25"})) == {"a": "50%25"}
    assert policy('{"a": "50%25"}') == {"a": "50%25"}
