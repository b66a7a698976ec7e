"""A resource at the other end of an edge that could not be read never makes a rule pass."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from auditor.engine import judge
from auditor.findings import Outcome
from auditor.inventory import Reading, Unit
from tests.rules.test_fixtures import FIXTURES, RULES, units

# The fixture of a violation, and the type of the end that is hidden.
HIDDEN = [
    ("delivery/function-refuses-rule/fail", "AWS::Lambda::Function"),
    ("delivery/queue-refuses-rule/fail", "AWS::SQS::Queue"),
    ("delivery/topic-refuses-rule/fail", "AWS::SNS::Topic"),
    ("delivery/rule-dlq-refuses/fail", "AWS::SQS::Queue"),
    ("delivery/subscription-dlq-refuses/fail", "AWS::SQS::Queue"),
    ("delivery/subscription-dlq-refuses/fail", "AWS::SNS::Topic"),
    ("delivery/bucket-notification-refused/fail-function", "AWS::Lambda::Function"),
    ("delivery/topic-refuses-alarm/fail", "AWS::SNS::Topic"),
    ("delivery/endpoint-policy-stops-service/fail-rule", "AWS::SQS::Queue"),
    ("delivery/iot-role-too-narrow/fail", "AWS::Kinesis::Stream"),
    ("delivery/role-trusts-another-service/fail-rule", "AWS::IAM::Role"),
    ("delivery/workflow-outlives-its-api/fail", "AWS::StepFunctions::StateMachine"),
    ("step_functions/standard-workflow-behind-synchronous-api/fail",
     "AWS::StepFunctions::StateMachine"),
    ("patterns/standard-topic-to-fifo-queue/fail-inline", "AWS::SQS::Queue"),
    ("architecture/function-feeds-its-own-source/fail-stream", "AWS::Lambda::Function"),
    ("architecture/function-feeds-its-own-source/fail-stream", "AWS::Kinesis::Stream"),
    ("architecture/function-feeds-its-own-bucket/fail", "AWS::Lambda::Function"),
    ("architecture/function-feeds-its-own-rule/fail", "AWS::Lambda::Function"),
    ("cloudwatch/wrong-dimensions/fail-bus", "AWS::Events::Rule"),
    ("sqs/redrive-cycle/fail", "AWS::SQS::Queue"),
    ("sqs/queue-smaller-than-topic/fail", "AWS::SNS::Topic"),
    ("cloudwatch/unfit-threshold/fail", "AWS::Kinesis::Stream"),
    ("cloudwatch/utilisation-ignores-shards/fail", "AWS::Kinesis::Stream"),
    ("pipes/fragile-pipe/fail-waits-for-standard", "AWS::StepFunctions::StateMachine"),
    ("vpc/no-way-to-service/fail", "AWS::EC2::VPC"),
    ("event_sources/source-mapped-twice/fail", "AWS::SQS::Queue"),
    ("eventbridge/event-delivered-twice/fail", "AWS::SQS::Queue"),
    ("sns/duplicate-subscription/fail", "AWS::SNS::Subscription"),
    ("delivery/api-role-too-narrow/fail-rest-key", "AWS::SQS::Queue"),
    ("sqs/queue-smaller-than-sender/fail-topic", "AWS::SNS::Topic"),
]  # fmt: skip
# The same where only this resource is in doubt, although its rule is not violated, or by another.
DOUBTED = [
    ("cloudwatch/dlq-without-alarm/pass-rule", "AWS::SQS::Queue", "Parked"),
    ("cloudwatch/missing-data-unset/fail", "AWS::SQS::Queue", "Failures"),
]


@pytest.mark.parametrize(("fixture", "hidden"), HIDDEN)
def test_what_was_violated_is_undetermined_where_an_end_is_unread(
    fixture: str, hidden: str
) -> None:
    template = FIXTURES / f"{fixture}.yaml"
    rule = RULES[template.parent.name]
    for unit in units(template):
        blamed = {finding.resource.id for finding in judge(unit, [rule]).findings}
        kept = tuple(_without(reading, hidden, blamed) for reading in unit.readings)
        verdict = judge(Unit(unit.path, kept), [rule])
        assert Outcome.UNDETERMINED in {finding.outcome for finding in verdict.findings}


@pytest.mark.parametrize(("fixture", "hidden", "doubted"), DOUBTED)
def test_what_may_be_violated_by_what_is_unread(fixture: str, hidden: str, doubted: str) -> None:
    template = FIXTURES / f"{fixture}.yaml"
    (unit,) = units(template)
    kept = tuple(_without(reading, hidden, {doubted}) for reading in unit.readings)
    verdict = judge(Unit(unit.path, kept), [RULES[template.parent.name]])
    outcomes = {finding.resource.id: finding.outcome for finding in verdict.findings}
    assert outcomes[doubted] is Outcome.UNDETERMINED


def _without(reading: Reading, type_: str, blamed: set[str]) -> Reading:
    kept = tuple(it for it in reading.resources if it.type != type_ or it.id in blamed)
    return replace(reading, resources=kept, unread={type_: "access denied"})
