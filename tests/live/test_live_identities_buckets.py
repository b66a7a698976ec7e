"""IAM and S3, which are not regional like the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.collectors.live import iam, s3
from auditor.findings import Gap
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws, xml_error
from tests.live.reading import arn, collect, only, properties, resources

ALLOW: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}],
}
DENY = {"Version": "2012-10-17", "Statement": [{**ALLOW["Statement"][0], "Effect": "Deny"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
POLICY = "arn:aws:iam::123456789012:policy/queues"


def test_role_and_managed_policy(account: Account) -> None:
    client = account.client("iam")
    client.create_policy(PolicyName="queues", PolicyDocument=json.dumps(DENY))
    client.create_policy_version(
        PolicyArn=POLICY, PolicyDocument=json.dumps(ALLOW), SetAsDefault=True
    )
    client.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    client.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=json.dumps(ALLOW))
    client.attach_role_policy(RoleName="worker", PolicyArn=POLICY)
    unit = collect(account.url)
    role = only(unit, "AWS::IAM::Role")
    assert role.id == "arn:aws:iam::123456789012:role/worker"
    assert role.properties == {
        "AssumeRolePolicyDocument": TRUST,
        "ManagedPolicyArns": [POLICY],
        "Path": "/",
        "Policies": [{"PolicyName": "inline", "PolicyDocument": ALLOW}],
        "RoleName": "worker",
    }
    assert properties(unit, "AWS::IAM::ManagedPolicy") == {
        "ManagedPolicyName": "queues",
        "Path": "/",
        "PolicyDocument": ALLOW,
    }


def test_user_and_group(account: Account) -> None:
    client = account.client("iam")
    client.create_user(UserName="ann")
    client.create_group(GroupName="team")
    client.add_user_to_group(UserName="ann", GroupName="team")
    client.put_group_policy(GroupName="team", PolicyName="inline", PolicyDocument=json.dumps(ALLOW))
    unit = collect(account.url)
    assert properties(unit, "AWS::IAM::User") == {
        "Groups": ["team"],
        "Path": "/",
        "UserName": "ann",
    }
    assert properties(unit, "AWS::IAM::Group") == {
        "GroupName": "team",
        "Path": "/",
        "Policies": [{"PolicyName": "inline", "PolicyDocument": ALLOW}],
    }


def test_identities_are_read_once_for_all_regions(account: Account, faulty: FaultyAws) -> None:
    account.client("iam").create_user(UserName="ann")
    unit = collect(faulty.url, "us-east-1", "eu-west-1")
    assert only(unit, "AWS::IAM::User").name == "ann"
    assert faulty.calls["GetAccountAuthorizationDetails"] == 4


def test_denied_identities_are_one_gap(account: Account, faulty: FaultyAws) -> None:
    account.queue("orders")
    faulty.answer("GetAccountAuthorizationDetails", xml_error("AccessDenied"))
    unit = collect(faulty.url)
    action = "iam:GetAccountAuthorizationDetails"
    assert unit.gaps == (Gap(f"{action} in {REGION}", "AccessDenied", action),)
    assert set(unit.readings[0].unread) >= {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
    assert resources(unit, "AWS::SQS::Queue")


def test_roles_that_aws_manages_are_marked() -> None:
    name = "AWSServiceRoleForSupport"
    path = "/aws-service-role/support.amazonaws.com/"
    detail = {"RoleName": name, "Path": path, "Arn": f"arn:aws:iam::123456789012:role{path}{name}"}
    assert iam.role(detail).properties["$managed_by"] == "AWS"


def test_empty_condition_of_a_policy_is_not_lost() -> None:
    condition: dict[str, Any] = {"StringEquals": {"aws:PrincipalOrgID": []}}
    document = {"Statement": [{"Effect": "Allow", "Condition": condition}]}
    detail = {
        "GroupName": "team",
        "Arn": "arn:aws:iam::123456789012:group/team",
        "GroupPolicyList": [{"PolicyName": "a", "PolicyDocument": document}],
    }
    assert iam.group(detail).properties["Policies"][0]["PolicyDocument"] == document


def test_bucket_with_notifications(account: Account) -> None:
    account.queue("uploads")
    client = account.client("s3")
    client.create_bucket(Bucket="uploads")
    account.client("s3", "eu-west-1").create_bucket(
        Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client.put_bucket_notification_configuration(
        Bucket="uploads",
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": arn("sqs", "uploads"),
                    "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                }
            ]
        },
    )
    bucket = only(collect(account.url), "AWS::S3::Bucket")
    assert (bucket.id, bucket.account) == ("arn:aws:s3:::uploads", "123456789012")
    assert bucket.properties == {
        "BucketName": "uploads",
        "NotificationConfiguration": {
            "QueueConfigurations": [
                {"Event": "s3:ObjectCreated:*", "Queue": arn("sqs", "uploads")},
                {"Event": "s3:ObjectRemoved:*", "Queue": arn("sqs", "uploads")},
            ]
        },
    }


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            {"EventBridgeConfiguration": {}},
            {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        ),
        (
            {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": "arn:f", "Events": ["e"]}]},
            {"LambdaConfigurations": [{"Event": "e", "Function": "arn:f"}]},
        ),
    ],
)
def test_notifications_that_moto_does_not_keep(
    answer: dict[str, object], expected: dict[str, object]
) -> None:
    raw = s3.transform("arn:aws:s3:::uploads", "uploads", answer)
    assert raw.properties["NotificationConfiguration"] == expected


def test_bucket_that_notifies_nobody() -> None:
    raw = s3.transform("arn:aws:s3:::quiet", "quiet", {})
    assert raw.properties == {"BucketName": "quiet"}
