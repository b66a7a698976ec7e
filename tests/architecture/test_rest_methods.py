"""What the integration of a REST API's method says about the receiver of its messages."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.graph import Edge
from auditor.index import External
from auditor.linking import build_graph
from auditor.resources import Queue, RawResource, Topic
from auditor.resources.base import Resource
from auditor.values import Unknown

HERE = "eu-west-1:123456789012"
NEWS, ORDERS = f"arn:aws:sns:{HERE}:news", f"arn:aws:sqs:{HERE}:orders"
TO_SNS = "arn:aws:apigateway:eu-west-1:sns:"
TO_ORDERS = "arn:aws:apigateway:eu-west-1:sqs:path/123456789012/orders"
QUERY = "integration.request.querystring."
TARGET = {"integration.request.header.X-Amz-Target": "'AmazonSQS.SendMessage'"}


def edges(uri: object, **integration: Any) -> list[Edge]:
    """What a method with this integration declares, beside a topic and a queue."""
    method = {"Integration": {"Type": "AWS", "Uri": uri, **integration}}
    raw = [
        RawResource("AWS::ApiGateway::Method", "Post", method),
        RawResource(Topic.type, "News", {}, name="news", arn=NEWS),
        RawResource(Queue.type, "Orders", {}, name="orders", arn=ORDERS),
    ]
    return list(build_graph(raw, {}).edges)


def parameters(**given: str) -> dict[str, str]:
    return {QUERY + name: value for name, value in given.items()}


def body(text: object) -> dict[str, object]:
    return {"RequestTemplates": {"application/json": text}}


@pytest.mark.parametrize(
    ("uri", "integration"),
    [
        (TO_ORDERS, body("Action=SendMessage&MessageBody=$input.body")),
        (f"{TO_ORDERS}/", body("#set($a = 1)\nAction=SendMessage&MessageBody=$a")),
        (TO_ORDERS, {"RequestParameters": parameters(Action="'SendMessageBatch'")}),
        (TO_ORDERS, {"RequestParameters": TARGET}),
        (TO_ORDERS.replace("eu-west-1", "${AWS::Region}"), {"RequestParameters": TARGET}),
        (f"{TO_SNS}action/Publish", body(f"TopicArn={NEWS}&Message=$input.body")),
        (f"{TO_SNS}action/Publish", body(f"Message=a&TopicArn=$util.urlEncode('{NEWS}')")),
        (f"{TO_SNS}path//", body(f"Action=Publish&TopicArn={NEWS.replace(':', '%3A')}&Message=a")),
        (f"{TO_SNS}action/Publish", {"RequestParameters": parameters(TargetArn=f"'{NEWS}'")}),
        (
            f"{TO_SNS}action/Publish",
            body(Unknown("a part is unknown", f"TopicArn={NEWS}&M=${{P}}")),
        ),
    ],
)
def test_receiver_is_found(uri: str, integration: dict[str, Any]) -> None:
    (edge,) = edges(uri, **integration)
    assert isinstance(edge.target, Resource)
    assert edge.target.id == ("Orders" if uri != f"{TO_SNS}path//" and "sqs" in uri else "News")
    assert edge.detail == ("sqs:SendMessage" if edge.target.id == "Orders" else "sns:Publish")


@pytest.mark.parametrize(
    ("uri", "integration"),
    [
        (f"{TO_SNS}action/Publish", {}),
        (f"{TO_SNS}action/Publish", body("TopicArn=$util.urlEncode($input.params('topic'))")),
        (f"{TO_SNS}action/Publish", body(f"TopicArn={NEWS[:-4]}${{stageVariables.topic}}")),
        (f"{TO_SNS}action/Publish", body("TopicArn=${topic}&Message=a")),
        (f"{TO_SNS}action/Publish", {"RequestTemplates": Unknown("a parameter")}),
        (f"{TO_SNS}action/Publish", {"RequestParameters": parameters(TopicArn="stageVariables.t")}),
        (TO_ORDERS, {}),
        (Unknown("a parameter"), {}),
    ],
)
def test_what_cannot_be_read_is_unknown(uri: object, integration: dict[str, Any]) -> None:
    (edge,) = edges(uri, **integration)
    assert isinstance(edge.target, Unknown)


@pytest.mark.parametrize(
    ("uri", "integration"),
    [
        (TO_ORDERS, {"RequestParameters": parameters(Action="'ReceiveMessage'")}),
        (TO_ORDERS, {"Type": "MOCK"}),
        ("https://example.com", {"Type": "HTTP"}),
        ("arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem", {}),
        ("arn:aws:apigateway:eu-west-1:kinesis:action/GetRecords", {}),
    ],
)
def test_what_sends_no_message_has_no_edge(uri: str, integration: dict[str, Any]) -> None:
    assert edges(uri, **integration) == []


@pytest.mark.parametrize(
    ("uri", "text", "found"),
    [
        ("events:action/PutEvents", '{"Entries": [{"DetailType": "placed"}]}', "event-bus/default"),
        ("kinesis:action/PutRecord", '{"StreamName": "clicks"}', "stream/clicks"),
    ],
)
def test_name_outside_of_the_stack_is_an_arn(uri: str, text: str, found: str) -> None:
    """As policies of roles name it."""
    (edge,) = edges(f"arn:aws:apigateway:eu-west-1:{uri}", **body(text))
    service = uri.partition(":")[0]
    arn = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{found}"
    assert edge.target == External(arn)
