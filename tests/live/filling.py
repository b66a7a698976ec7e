"""An account in which a collector has a reason to make every call that it can make."""

from __future__ import annotations

import json

from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws, Reply
from tests.live.reading import ACCOUNT, arn
from tests.live.test_live_events_functions import EMPTY_ZIP

_KEY = "alias/orders"
PARTNER = "aws.partner/example.com/shop"
_ROLE = "arn:aws:iam::123456789012:role/worker"
_CHANNEL = {"ChannelName": "to-s3", "ChannelARN": arn("kinesis", "channel/to-s3")}
_S3 = {"RoleARN": _ROLE, "BucketARN": "arn:aws:s3:::uploads"}


def fill(account: Account) -> None:
    """At least one resource of each service, and what refers to keys, networks and versions."""
    _fill_queues_and_topics(account)
    _fill_events(account)
    _fill_streams(account)
    _fill_functions(account)
    _fill_the_rest(account)


def complete(faulty: FaultyAws) -> None:
    """Answer what moto does not know."""
    faulty.answer("ListChannels", _json(ChannelSummaries=[_CHANNEL]))
    described = {**_CHANNEL, "ChannelStatus": "ACTIVE"}
    faulty.answer("DescribeChannel", _json(ChannelDescription=described))
    faulty.answer("ListDiscoverers", _json(Discoverers=[]))
    # moto takes the end of such a name for the whole.
    faulty.faults["ListRules"] = lambda call: _json(Rules=[]) if PARTNER in call.body else None
    faulty.answer("ListEventSources", _json(EventSources=[]))
    faulty.answer("ListMessageMoveTasks", _json(Results=[]))
    faulty.answer("GetFunctionRecursionConfig", _json(RecursiveLoop="Terminate"))


def add_foreign_subscribers(faulty: FaultyAws) -> None:
    """Let the topic count subscriptions that only it can list."""
    attributes = {
        "TopicArn": arn("sns", "orders"), "KmsMasterKeyId": _KEY, "SubscriptionsConfirmed": "9",
    }  # fmt: skip
    entries = "".join(
        f"<entry><key>{name}</key><value>{value}</value></entry>"
        for name, value in attributes.items()
    )
    result = f"<GetTopicAttributesResult><Attributes>{entries}</Attributes>"
    body = f"<R>{result}</GetTopicAttributesResult></R>".encode()
    faulty.answer("GetTopicAttributes", (200, "text/xml", body))


def _json(**body: object) -> Reply:
    return 200, "application/json", json.dumps(body).encode()


def _fill_queues_and_topics(account: Account) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=_KEY, TargetKeyId=key)
    account.queue("orders.fifo", FifoQueue="true")
    sns = account.client("sns")
    topic = sns.create_topic(Name="orders", Attributes={"KmsMasterKeyId": _KEY})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "orders"))
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
    sns.create_platform_application(Name="shop", Platform="GCM", Attributes={})
    account.queue("dead")
    redrive = {"deadLetterTargetArn": arn("sqs", "dead"), "maxReceiveCount": 5}
    account.queue("work", RedrivePolicy=json.dumps(redrive))


def _fill_events(account: Account) -> None:
    events = account.client("events")
    bus = events.create_event_bus(Name="orders")["EventBusArn"]
    add_partner(account)
    events.put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    live = arn("lambda", "function:worker:1")
    events.put_targets(Rule="daily", Targets=[{"Id": "1", "Arn": live}])
    events.create_archive(ArchiveName="orders", EventSourceArn=bus)
    account.client("pipes").create_pipe(
        Name="clicks", RoleArn=_ROLE, Source=arn("sqs", "orders"), Target=arn("sqs", "clicks")
    )
    account.client("scheduler").create_schedule(
        Name="nightly", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn("sqs", "orders"), "RoleArn": _ROLE},
    )  # fmt: skip
    account.client("iot").create_topic_rule(
        ruleName="readings", topicRulePayload={"sql": "SELECT * FROM 'sensors/#'", "actions": []}
    )


def add_partner(account: Account) -> None:
    """A bus for the events of a partner."""
    events = account.client("events")
    events.create_partner_event_source(Name=PARTNER, Account=ACCOUNT)
    events.create_event_bus(Name=PARTNER, EventSourceName=PARTNER)


def _fill_streams(account: Account) -> None:
    account.client("kinesis").create_stream(
        StreamName="clicks", StreamModeDetails={"StreamMode": "ON_DEMAND"}
    )
    account.client("firehose").create_delivery_stream(
        DeliveryStreamName="delivery", S3DestinationConfiguration=_S3
    )
    account.client("kinesisanalyticsv2").create_application(
        ApplicationName="clicks", RuntimeEnvironment="SQL-1_0", ServiceExecutionRole=_ROLE
    )


def _fill_functions(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="in", Description="in", VpcId=vpc)["GroupId"]
    network = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.sqs",
        **network,
    )  # fmt: skip
    account.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    functions = account.client("lambda")
    functions.create_function(
        FunctionName="worker", Runtime="python3.13", Handler="a.b", Role=_ROLE, Publish=True,
        Code={"ZipFile": EMPTY_ZIP}, VpcConfig=network,
    )  # fmt: skip
    functions.create_event_source_mapping(
        FunctionName="worker", EventSourceArn=arn("sqs", "work"), BatchSize=1
    )
    functions.add_permission(
        FunctionName="worker", StatementId="a", Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )  # fmt: skip


def _fill_the_rest(account: Account) -> None:
    account.client("stepfunctions").create_state_machine(
        name="flow", roleArn=_ROLE,
        definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
    )  # fmt: skip
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="deep", MetricName="m", Namespace="AWS/SQS", Period=60, Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=0,
    )  # fmt: skip
    account.client("s3").create_bucket(Bucket="uploads")
    apis = account.client("apigatewayv2")
    api = apis.create_api(Name="shop", ProtocolType="HTTP")["ApiId"]
    apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="1.0")
    add_rest_method(account, "orders")


def add_rest_method(account: Account, queue: str) -> str:
    """A REST API that sends what is posted to a queue; its id."""
    apis = account.client("apigateway")
    api = str(apis.create_rest_api(name="shop")["id"])
    (root,) = apis.get_resources(restApiId=api)["items"]
    at = {"restApiId": api, "resourceId": root["id"], "httpMethod": "POST"}
    apis.put_method(**at, authorizationType="AWS_IAM")
    apis.put_integration(
        **at, type="AWS", integrationHttpMethod="POST", credentials=_ROLE,
        uri=f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/{queue}",
        requestTemplates={"application/json": "Action=SendMessage&MessageBody=$input.body"},
    )  # fmt: skip
    return api
