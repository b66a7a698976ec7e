"""Permissions of versions and aliases: each holds for the ARN that it was given for."""

from __future__ import annotations

import json

from msgspec.structs import replace

from auditor.engine import judge
from auditor.findings import Outcome
from auditor.inventory import Unit
from auditor.resources import EventRule, Permission
from checks.delivery.notifications import bucket_notification_refused
from checks.delivery.targets import function_refuses_rule
from tests.live.conftest import Account
from tests.live.faulty import Call, FaultyAws, Reply, error
from tests.live.reading import arn, collect, resources
from tests.live.test_live_events_functions import EMPTY_ZIP

FUNCTION = arn("lambda", "function:worker")


def fill(account: Account) -> None:
    """A function that rules invoke with and without alias, and a bucket by its version."""
    account.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    account.client("lambda").create_function(
        FunctionName="worker", Runtime="python3.13", Handler="a.b", Publish=True,
        Role="arn:aws:iam::123456789012:role/worker", Code={"ZipFile": EMPTY_ZIP},
    )  # fmt: skip
    events = account.client("events")
    for name, end in (
        ("plain", FUNCTION),
        ("live", f"{FUNCTION}:live"),
        ("next", f"{FUNCTION}:next"),
    ):
        events.put_rule(Name=name, EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": end}])
    account.client("s3").create_bucket(Bucket="uploads")
    notify = {"LambdaFunctionArn": f"{FUNCTION}:1", "Events": ["s3:ObjectCreated:*"]}
    account.client("s3").put_bucket_notification_configuration(
        Bucket="uploads", NotificationConfiguration={"LambdaFunctionConfigurations": [notify]},
        SkipDestinationValidation=True,
    )  # fmt: skip


def policies(call: Call) -> Reply:
    """EventBridge may call the function and its alias `live`. moto has one policy for all."""
    qualifier = call.path.partition("Qualifier=")[2]
    if qualifier not in ("", "live"):
        return error("ResourceNotFoundException", 404)
    statement = {
        "Sid": "a", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{FUNCTION}:{qualifier}" if qualifier else FUNCTION,
    }  # fmt: skip
    body = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    return 200, "application/json", json.dumps(body).encode()


def judged(unit: Unit) -> dict[str, Outcome]:
    """By name of rule or bucket."""
    verdict = judge(unit, [function_refuses_rule, bucket_notification_refused])
    return {str(found.resource.name): found.outcome for found in verdict.findings}


def test_permissions_hold_for_one_way_to_call_a_function(
    account: Account, faulty: FaultyAws
) -> None:
    fill(account)
    faulty.faults["GetPolicy"] = policies
    unit = collect(faulty.url)
    assert {raw.id for raw in resources(unit, Permission.type)} == {
        f"{FUNCTION}#policy/a", f"{FUNCTION}:live#policy/a",
    }  # fmt: skip
    assert judged(unit) == {"next": Outcome.VIOLATION, "uploads": Outcome.VIOLATION}
    # Those of a version that something of another account invokes were not asked for.
    (reading,) = unit.readings
    moved = tuple(
        replace(raw, account="111122223333") if raw.type == EventRule.type else raw
        for raw in reading.resources
    )
    assert judged(replace(unit, readings=(replace(reading, resources=moved),))) == {
        "next": Outcome.UNDETERMINED, "uploads": Outcome.VIOLATION,
    }  # fmt: skip


def test_unread_permissions_of_an_alias_are_its_own(account: Account, faulty: FaultyAws) -> None:
    fill(account)
    faulty.deny("GetPolicy")
    unit = collect(faulty.url)
    assert judged(unit) == dict.fromkeys(("plain", "live", "next", "uploads"), Outcome.UNDETERMINED)
    assert len(resources(unit, Permission.type)) == faulty.calls["GetPolicy"] == 4
