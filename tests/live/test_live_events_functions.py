"""EventBridge, Pipes, Scheduler, Lambda, Step Functions, IoT and CloudWatch over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.values import Unknown
from tests.live.conftest import Account
from tests.live.faulty import FaultyAws
from tests.live.reading import REGION, arn, collect, only, properties, resources

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
TERMINATE = b'{"RecursiveLoop": "Terminate"}'
ROLE = "arn:aws:iam::123456789012:role/worker"


@pytest.fixture
def functions(account: Account) -> Any:
    """The Lambda client of an account with the function `worker`."""
    account.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    client = account.client("lambda")
    client.create_function(
        FunctionName="worker",
        Runtime="python3.13",
        Handler="worker.handler",
        Role=ROLE,
        Code={"ZipFile": EMPTY_ZIP},
        Timeout=20,
        Environment={"Variables": {"DATABASE_PASSWORD": "hunter2"}},
        Publish=True,
    )
    return client


def test_rule_with_targets(account: Account) -> None:
    events = account.client("events")
    events.create_event_bus(Name="orders")
    events.put_rule(Name="placed", EventBusName="orders", EventPattern='{"source": ["shop"]}')
    target = {
        "Id": "queue",
        "Arn": arn("sqs", "orders.fifo"),
        "SqsParameters": {"MessageGroupId": "all"},
        "DeadLetterConfig": {"Arn": arn("sqs", "dlq")},
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 60},
    }
    secret = {
        "Id": "web",
        "Arn": arn("events", "api-destination/web/1"),
        "RoleArn": ROLE,
        "HttpParameters": {"HeaderParameters": {"Authorization": "hunter2"}},
    }
    events.put_targets(Rule="placed", EventBusName="orders", Targets=[target, secret])
    unit = collect(account.url)
    raw = only(unit, "AWS::Events::Rule")
    assert (raw.id, raw.name) == (arn("events", "rule/orders/placed"), "placed")
    concealed = dict(secret)
    hidden = {"Authorization": Unknown("HTTP headers are not kept")}
    concealed["HttpParameters"] = {"HeaderParameters": hidden}
    assert raw.properties == {
        "EventBusName": "orders",
        "EventPattern": {"source": ["shop"]},
        "Name": "placed",
        "State": "ENABLED",
        "Targets": [target, concealed],
    }
    assert "hunter2" not in repr(unit)


def test_bus_and_its_policy(account: Account) -> None:
    events = account.client("events")
    events.create_event_bus(Name="orders", DeadLetterConfig={"Arn": arn("sqs", "dlq")})
    events.put_permission(
        EventBusName="orders",
        Action="events:PutEvents",
        Principal="111122223333",
        StatementId="partner",
    )
    unit = collect(account.url)
    default, orders = resources(unit, "AWS::Events::EventBus")
    assert default.properties == {"Name": "default"}
    assert orders.properties == {
        "Name": "orders",
        "DeadLetterConfig": {"Arn": arn("sqs", "dlq")},
    }
    assert properties(unit, "AWS::Events::EventBusPolicy") == {
        "EventBusName": "orders",
        "StatementId": "partner",
        "Statement": {
            "Sid": "partner",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "events:PutEvents",
            "Resource": arn("events", "event-bus/orders"),
        },
    }


def test_archive_and_the_rule_that_aws_manages_for_it(account: Account) -> None:
    bus = arn("events", "event-bus/default")
    account.client("events").create_archive(
        ArchiveName="all", EventSourceArn=bus, EventPattern='{"source": ["shop"]}', RetentionDays=30
    )
    unit = collect(account.url)
    (reading,) = unit.readings
    assert [raw.type for raw in reading.context] == ["AWS::Events::Rule"]
    assert resources(unit, "AWS::Events::Rule") == []
    archive = only(unit, "AWS::Events::Archive")
    assert archive.id == arn("events", "archive/all")
    assert archive.properties == {
        "ArchiveName": "all",
        "EventPattern": {"source": ["shop"]},
        "RetentionDays": 30,
        "SourceArn": bus,
    }


def test_rules_beyond_the_first_page(account: Account) -> None:
    events = account.client("events")
    for number in range(105):
        events.put_rule(Name=f"rule-{number:03}", ScheduleExpression="rate(1 day)")
    found = resources(collect(account.url), "AWS::Events::Rule")
    assert [raw.name for raw in found] == [f"rule-{number:03}" for number in range(105)]


def test_pipe(account: Account) -> None:
    parameters = {
        "KinesisStreamParameters": {
            "StartingPosition": "LATEST",
            "DeadLetterConfig": {"Arn": arn("sqs", "dlq")},
        }
    }
    account.client("pipes").create_pipe(
        Name="clicks",
        RoleArn=ROLE,
        Source=arn("kinesis", "stream/clicks"),
        SourceParameters=parameters,
        Target=arn("sqs", "clicks"),
    )
    assert properties(collect(account.url), "AWS::Pipes::Pipe") == {
        "DesiredState": "RUNNING",
        "Name": "clicks",
        "RoleArn": ROLE,
        "Source": arn("kinesis", "stream/clicks"),
        "SourceParameters": parameters,
        "Target": arn("sqs", "clicks"),
    }


def test_schedule(account: Account) -> None:
    target = {
        "Arn": arn("sqs", "jobs"),
        "RoleArn": ROLE,
        "DeadLetterConfig": {"Arn": arn("sqs", "dlq")},
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 2},
    }
    scheduler = account.client("scheduler")
    scheduler.create_schedule_group(Name="jobs")
    scheduler.create_schedule(
        Name="nightly",
        GroupName="jobs",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )
    raw = only(collect(account.url), "AWS::Scheduler::Schedule")
    assert raw.id == arn("scheduler", "schedule/jobs/nightly")
    assert raw.properties == {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "GroupName": "jobs",
        "Name": "nightly",
        "ScheduleExpression": "rate(1 day)",
        "ScheduleExpressionTimezone": "UTC",
        "State": "ENABLED",
        "Target": target,
    }


def test_function(account: Account, functions: Any, faulty: FaultyAws) -> None:
    account.queue("jobs")
    mapping = functions.create_event_source_mapping(
        FunctionName="worker", EventSourceArn=arn("sqs", "jobs"), BatchSize=5
    )
    functions.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=7)
    faulty.answer("GetFunctionRecursionConfig", (200, "application/json", TERMINATE))
    unit = collect(faulty.url)
    function = only(unit, "AWS::Lambda::Function")
    assert function.id == arn("lambda", "function:worker")
    assert function.properties == {
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "Environment": {
            "Variables": {
                "DATABASE_PASSWORD": Unknown("the values of a function's environment are not kept")
            }
        },
        "FunctionName": "worker",
        "Handler": "worker.handler",
        "MemorySize": 128,
        "PackageType": "Zip",
        "RecursiveLoop": "Terminate",
        "ReservedConcurrentExecutions": 7,
        "Role": ROLE,
        "Runtime": "python3.13",
        "Timeout": 20,
        "TracingConfig": {"Mode": "PassThrough"},
    }
    assert "hunter2" not in repr(unit)
    source = only(unit, "AWS::Lambda::EventSourceMapping")
    assert source.id == arn("lambda", f"event-source-mapping:{mapping['UUID']}")
    assert source.name == "jobs to worker"
    assert source.properties == {
        "BatchSize": 5,
        "Enabled": True,
        "EventSourceArn": arn("sqs", "jobs"),
        "FunctionName": arn("lambda", "function:worker"),
    }


def test_concurrency_is_unknown_where_it_was_not_asked_for(
    account: Account, functions: Any
) -> None:
    del functions
    function = only(collect(account.url), "AWS::Lambda::Function")
    assert isinstance(function.properties["ReservedConcurrentExecutions"], Unknown)


def test_asynchronous_invocations(account: Account, functions: Any) -> None:
    account.queue("failed")
    functions.put_function_event_invoke_config(
        FunctionName="worker",
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": arn("sqs", "failed")}},
    )
    assert properties(collect(account.url), "AWS::Lambda::EventInvokeConfig") == {
        "DestinationConfig": {"OnFailure": {"Destination": arn("sqs", "failed")}},
        "FunctionName": arn("lambda", "function:worker"),
        "MaximumRetryAttempts": 1,
        "Qualifier": "$LATEST",
    }


def test_permissions_of_a_function(account: Account, functions: Any) -> None:
    functions.add_permission(
        FunctionName="worker",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn("events", "rule/placed"),
        SourceAccount="123456789012",
    )
    permission = only(collect(account.url), "AWS::Lambda::Permission")
    assert permission.id == f"{arn('lambda', 'function:worker')}#policy/events"
    assert permission.properties == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": arn("lambda", "function:worker"),
        "Principal": "events.amazonaws.com",
        "SourceAccount": "123456789012",
        "SourceArn": arn("events", "rule/placed"),
    }


def test_permissions_of_an_alias_that_a_rule_invokes(account: Account, functions: Any) -> None:
    functions.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    live = arn("lambda", "function:worker:live")
    functions.add_permission(
        FunctionName="worker",
        Qualifier="live",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    events = account.client("events")
    events.put_rule(Name="placed", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="placed", Targets=[{"Id": "1", "Arn": live}])
    found = {raw.id: raw for raw in resources(collect(account.url), "AWS::Lambda::Permission")}
    assert found[f"{live}#policy/events"].properties == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": live,
        "Principal": "events.amazonaws.com",
    }


def test_state_machine(account: Account) -> None:
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    group = arn("logs", "log-group:flows:*")
    account.client("stepfunctions").create_state_machine(
        name="flow",
        definition=json.dumps(definition),
        roleArn=ROLE,
        type="EXPRESS",
        loggingConfiguration={
            "level": "ERROR",
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        },
        tracingConfiguration={"enabled": True},
    )
    found = properties(collect(account.url), "AWS::StepFunctions::StateMachine")
    assert found["Definition"] == definition
    assert found["LoggingConfiguration"]["Level"] == "ERROR"
    assert found["LoggingConfiguration"]["Destinations"] == [
        {"CloudWatchLogsLogGroup": {"LogGroupArn": group}}
    ]
    assert found["RoleArn"] == ROLE
    assert found["StateMachineName"] == "flow"
    assert found["StateMachineType"] == "EXPRESS"
    assert found["TracingConfiguration"] == {"Enabled": True}


def test_iot_rule(account: Account) -> None:
    queue = f"https://sqs.{REGION}.amazonaws.com/123456789012/readings"
    account.client("iot").create_topic_rule(
        ruleName="readings",
        topicRulePayload={
            "sql": "SELECT * FROM 'sensors/#'",
            "actions": [
                {"sqs": {"roleArn": ROLE, "queueUrl": queue}},
                {
                    "http": {
                        "url": "https://a.example",
                        "headers": [{"key": "k", "value": "hunter2"}],
                    }
                },
            ],
            "errorAction": {"sns": {"roleArn": ROLE, "targetArn": arn("sns", "errors")}},
        },
    )
    raw = only(collect(account.url), "AWS::IoT::TopicRule")
    assert raw.id == arn("iot", "rule/readings")
    assert raw.properties == {
        "RuleName": "readings",
        "TopicRulePayload": {
            "Actions": [{"Sqs": {"RoleArn": ROLE, "QueueUrl": queue}}, {}],
            "AwsIotSqlVersion": "2016-03-23",
            "ErrorAction": {"Sns": {"RoleArn": ROLE, "TargetArn": arn("sns", "errors")}},
            "RuleDisabled": False,
            "Sql": "SELECT * FROM 'sensors/#'",
        },
    }


def test_alarms(account: Account) -> None:
    cloudwatch = account.client("cloudwatch")
    common: dict[str, Any] = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 0.0,
        "AlarmActions": [arn("sns", "alerts")],
    }
    dimensions = [{"Name": "QueueName", "Value": "dlq"}]
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": dimensions,
    }
    cloudwatch.put_metric_alarm(
        AlarmName="plain", Period=60, Statistic="Maximum", TreatMissingData="notBreaching",
        **common, **metric,
    )  # fmt: skip
    queries = [
        {"Id": "sum", "Expression": "a + 1", "Label": "sum", "ReturnData": True},
        {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}},
    ]
    cloudwatch.put_metric_alarm(AlarmName="sum", Metrics=queries, **common)
    plain, math = resources(collect(account.url), "AWS::CloudWatch::Alarm")
    assert plain.id == arn("cloudwatch", "alarm:plain")
    assert plain.properties == {
        "ActionsEnabled": True,
        "AlarmName": "plain",
        "Period": 60,
        "Statistic": "Maximum",
        "TreatMissingData": "notBreaching",
        **common,
        **metric,
    }
    assert [query["Id"] for query in math.properties["Metrics"]] == ["sum", "a"]
    assert math.properties["Metrics"][1]["MetricStat"]["Metric"] == metric


def test_several_regions_in_the_order_asked_for(account: Account) -> None:
    for region in ("eu-west-1", "us-east-1"):
        account.client("sqs", region).create_queue(QueueName=f"queue-{region}")
    found = resources(collect(account.url, "us-east-1", "eu-west-1"), "AWS::SQS::Queue")
    assert [(raw.region, raw.name) for raw in found] == [
        ("us-east-1", "queue-us-east-1"),
        ("eu-west-1", "queue-eu-west-1"),
    ]
