"""The mistakes in the guide's own samples are found, and its good samples stay silent.

The numbers count the mistakes of the guide that were established by hand against AWS's
documentation and service models; lines are those of the guide.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.demo import demo_account
from auditor.engine import Verdict, judge
from auditor.loading import load_rules
from auditor.selection import select

HERE = Path(__file__).parent
_ARN = "arn:aws:{}:us-east-1:123456789012:{}"

# Number of the mistake, lines of the guide, what is wrong, rule, service and resource.
IN_THE_ACCOUNT = [
    (4, "122", "dead letters kept 4 days, messages 14", "SQS034", "sqs", "order-processing-dlq"),
    (5, "135", "3 receives with a Lambda consumer", "SQS032", "sqs", "order-processing-queue"),
    (6, "117-144", "no redrive allow policy", "SQS036", "sqs", "order-processing-dlq"),
    (12, "203-224", "no dead-letter queue", "SQS030", "sqs", "batch-processing-queue"),
    (21, "392-404", "target without dead-letter queue", "EVB034", "events",
     "rule/order-processing-bus/ProcessHighValueOrders"),
    (29, "461-464", "no encryption", "KIN016", "kinesis", "stream/user-activity-stream"),
    (36, "590-600", "only ValidationError is caught", "SFN020", "states",
     "stateMachine:OrderProcessing"),
    (37, "605-612", "Lambda's own errors are not retried", "SFN021", "states",
     "stateMachine:OrderProcessing"),
    (38, "630-655", "a failing branch ends a paid order", "SFN014", "states",
     "stateMachine:OrderProcessing"),
    (39, "595-599", "the error replaces the input", "SFN019", "states",
     "stateMachine:OrderProcessing"),
    (40, "592", "a function as resource", "SFN025", "states", "stateMachine:OrderProcessing"),
    (41, "659-666", "Fail without an error name", "SFN016", "states",
     "stateMachine:OrderProcessing"),
    (42, "616-628", "Choice on a field that may be absent", "SFN017", "states",
     "stateMachine:OrderProcessing"),
    (43, "586-668", "no logging", "SFN027", "states", "stateMachine:OrderProcessing"),
    (49, "1083", "alias/aws/sqs shuts services out", "KMS002", "sqs", "secure-queue"),
    (50, "1083", "alias/aws/sns shuts CloudWatch out", "KMS003", "sns", "sqs-alerts"),
    (51, "1080-1096", "nothing denies clear text", "IAM017", "sqs", "secure-queue"),
    (55, "1139", "a metric that does not exist", "CWA002", "cloudwatch",
     "alarm:SQS-Queue-Depth-High"),
    (56, "1158-1172", "an alarm without dimensions", "CWA004", "cloudwatch",
     "alarm:SQS-Message-Age-High"),
    (57, "1135-1172", "no alarm on dead letters", "CWA012", "sqs", "order-processing-dlq"),
    (65, "883", "one message group for all uploads", "ARC070", "events", "rule/UploadedFiles"),
    (66, "895-897", "FIFO order lost in a workflow", "ARC073", "pipes", "pipe/trades-to-workflow"),
]  # fmt: skip
# The same for resources whose ARN AWS makes up.
OF_GENERATED_RESOURCES = [
    (13, "241", "a chat webhook as subscription", "SNS021", "AWS::SNS::Subscription"),
    (14, "267-271", "subscription without dead-letter queue", "SNS029", "AWS::SNS::Subscription"),
    (30, "498-506", "a bad record is retried for ever", "ESM010",
     "AWS::Lambda::EventSourceMapping"),
    (46, "1043-1047", "SourceAccount for an identity", "IAM005", "AWS::IAM::ManagedPolicy"),
]  # fmt: skip
IN_THE_TEMPLATE = [
    (1, "121", "MaxReceiveCount as attribute", "SQS021", "Properties.MaxReceiveCount"),
    (2, "123", "VisibilityTimeoutSeconds", "SQS021", "Properties.VisibilityTimeoutSeconds"),
    (3, "134", "a URL as target", "SQS031", "Properties.RedrivePolicy.deadLetterTargetArn"),
]


@pytest.fixture(scope="module")
def account() -> Verdict:
    with demo_account(lambda _: None) as collector:
        (unit,) = collector.collect()
    return judge(unit, load_rules())


@pytest.mark.parametrize("mistake", IN_THE_ACCOUNT, ids=lambda item: f"mistake-{item[0]}")
def test_mistakes_in_the_demo_account(
    account: Verdict, mistake: tuple[int, str, str, str, str, str]
) -> None:
    *_, rule, service, resource = mistake
    found = [item for item in account.findings if item.rule == rule]
    assert _ARN.format(service, resource) in {item.resource.id for item in found}
    assert all("lines " in item.guide for item in found)


@pytest.mark.parametrize("mistake", OF_GENERATED_RESOURCES, ids=lambda item: f"mistake-{item[0]}")
def test_mistakes_of_generated_resources(
    account: Verdict, mistake: tuple[int, str, str, str, str]
) -> None:
    *_, rule, type_ = mistake
    assert (rule, type_) in {(item.rule, item.resource.type) for item in account.findings}


@pytest.mark.parametrize("mistake", IN_THE_TEMPLATE, ids=lambda item: f"mistake-{item[0]}")
def test_mistakes_that_aws_would_refuse(mistake: tuple[int, str, str, str, str]) -> None:
    *_, rule, property_ = mistake
    found = {(item.rule, item.property) for item in verdict("queue-setup.yaml").findings}
    assert (rule, property_) in found


def test_good_samples_stay_silent() -> None:
    judged = verdict("good-samples.yaml")
    assert judged.resources == 11
    assert [(item.rule, item.message) for item in judged.findings] == []
    assert judged.gaps == []


def verdict(name: str) -> Verdict:
    (unit,) = TemplateCollector([str(HERE / name)]).collect()
    return judge(unit, select(load_rules()))
