"""Edges that nobody could read: the graph never takes unread for absent."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from msgspec.structs import replace

from auditor.graph import Edge, EdgeKind, Graph
from auditor.linking import build_graph
from auditor.resources import Function, Queue, RawResource, Resource, Subscription, Topic
from auditor.values import UndeterminedError, Unknown
from tests.template.reading import reading

QUEUE = """
  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
"""


def graph(folder: Path, resources: str, sections: str = "") -> Graph:
    read = reading(folder, f"{sections}\nResources:{QUEUE}{resources}")
    return build_graph((*read.resources, *read.context), read.unread)


def subscription(endpoint: str, topic: str = "!Ref Topic") -> str:
    return f"""
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {{TopicArn: {topic}, Protocol: sqs, Endpoint: {endpoint}}}
"""


def incoming(built: Graph, *kinds: EdgeKind) -> list[Edge]:
    (queue,) = built.resources(Queue)
    return built.incoming(queue, *(kinds or (EdgeKind.DELIVERS,)))


@pytest.mark.parametrize(
    "endpoint",
    [
        "!GetAtt Queue.Arn",
        "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}'",
        "!Sub 'arn:${AWS::Partition}:sqs:eu-west-1:123456789012:${Queue.QueueName}'",
        "!Join [':', ['arn:aws:sqs', !Ref AWS::Region, '123456789012', !GetAtt Queue.QueueName]]",
    ],
)
def test_every_way_to_write_the_same_reference(tmp_path: Path, endpoint: str) -> None:
    (edge,) = incoming(graph(tmp_path, subscription(endpoint)))
    assert isinstance(edge.source, Topic)
    assert isinstance(edge.via, Subscription)
    assert (edge.path, edge.detail) == (("Endpoint",), "sqs")


def test_nothing_points_there(tmp_path: Path) -> None:
    built = graph(tmp_path, subscription("arn:aws:sqs:eu-west-1:123456789012:elsewhere"))
    assert incoming(built) == []


PARAMETER = "Parameters: {Given: {Type: String}}"


def test_parameter_cannot_name_a_resource_of_the_same_stack(tmp_path: Path) -> None:
    assert incoming(graph(tmp_path, subscription("!Ref Given"), PARAMETER)) == []


def test_import_cannot_name_a_resource_of_the_same_stack(tmp_path: Path) -> None:
    assert incoming(graph(tmp_path, subscription("!ImportValue shared"))) == []


def test_unread_reference_may_name_any_resource(tmp_path: Path) -> None:
    built = graph(tmp_path, subscription("!GetAtt Nowhere.Arn"))
    with pytest.raises(
        UndeterminedError, match=r"^what Subscription refers to could not be read: Nowhere is"
    ):
        incoming(built)


def test_other_kinds_of_edges_are_not_in_doubt(tmp_path: Path) -> None:
    built = graph(tmp_path, subscription("!GetAtt Nowhere.Arn"))
    assert incoming(built, EdgeKind.DEAD_LETTERS) == []


def test_known_edge_is_an_answer_in_spite_of_unknown_ones(tmp_path: Path) -> None:
    second = subscription("!GetAtt Nowhere.Arn").replace("Subscription:", "Second:", 1)
    built = graph(tmp_path, subscription("!GetAtt Queue.Arn") + second)
    assert len(incoming(built)) == 1


def queue(name: str) -> RawResource:
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"
    return RawResource("AWS::SQS::Queue", arn, {}, name, arn)


def redriving(target: object) -> RawResource:
    policy = {"deadLetterTargetArn": target}
    return RawResource("AWS::SQS::Queue", "source", {"RedrivePolicy": policy}, "source")


def dead_letter_sources(target: object, name: str) -> list[Edge]:
    built = build_graph((redriving(target), queue(name)), {})
    (found,) = (item for item in built.resources(Queue) if item.raw.name == name)
    return built.incoming(found, EdgeKind.DEAD_LETTERS)


def test_partly_known_text_rules_out_what_it_cannot_name() -> None:
    text = "arn:aws:sqs:eu-west-1:123456789012:${Stage}-dead"
    doubt = Unknown("Stage is computed", text)
    assert dead_letter_sources(doubt, "orders") == []
    with pytest.raises(UndeterminedError, match="Stage is computed"):
        dead_letter_sources(doubt, "prod-dead")


def test_unread_types_leave_their_edges_open() -> None:
    unread = {"AWS::SNS::Subscription": "sns:ListSubscriptions was denied"}
    built = build_graph((queue("orders"),), unread)
    (found,) = built.resources(Queue)
    with pytest.raises(UndeterminedError, match="sns:ListSubscriptions was denied"):
        built.incoming(found, EdgeKind.DELIVERS)
    assert built.incoming(found, EdgeKind.CONSUMES) == []


def test_all_of_an_unread_type_raises() -> None:
    built = build_graph((queue("orders"),), {"AWS::SQS::Queue": "some were denied"})
    assert len(built.resources(Queue)) == 1
    with pytest.raises(UndeterminedError, match="some were denied"):
        built.all(Queue)
    assert list(built.all(Function)) == []


@pytest.mark.parametrize(
    "reference",
    [
        "arn:aws:sqs:eu-west-1:123456789012:orders",
        "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders",
        Unknown("partly", "arn:${P}:sqs:eu-west-1:123456789012:orders"),
        "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
        "https://eu-west-1.queue.amazonaws.com/123456789012/orders",
        "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/orders",
    ],
)
def test_find(reference: object) -> None:
    found = build_graph((queue("orders"),), {}).find(reference)
    assert isinstance(found, Resource)
    assert found.raw.name == "orders"


@pytest.mark.parametrize(
    "reference",
    [
        "arn:aws:sqs:us-east-1:123456789012:orders",
        "arn:aws:sqs:eu-west-1:210987654321:orders",
        "arn:aws:sns:eu-west-1:123456789012:orders",
        "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
        "https://example.com/123456789012/orders",
        "orders",
        "",
        None,
        3,
        Unknown("nothing"),
    ],
)
def test_find_nothing(reference: object) -> None:
    assert build_graph((queue("orders"),), {}).find(reference) is None


def test_all_of_an_account_are_known_although_another_is_unread() -> None:
    own, other = queue("orders"), replace(queue("bills"), account="210987654321")
    own = replace(own, account="123456789012")
    unread_in = {"123456789012": {}, "210987654321": {"AWS::SQS::Queue": "some were denied"}}
    built = build_graph((own, other), {}, unread_in)
    assert [each.raw for each in built.all(Queue, "123456789012")] == [own]
    assert [each.raw for each in built.resources(Queue, "210987654321")] == [other]
    for account in ("210987654321", "999999999999", None):
        with pytest.raises(UndeterminedError, match="some were denied"):
            built.all(Queue, account)


def test_the_first_of_many_equal_doubts_is_told() -> None:
    doubts = [
        RawResource("AWS::SNS::Subscription", f"s{number}", {"TopicArn": "t", "Endpoint": endpoint})
        for number, endpoint in enumerate([Unknown("a", "https://x"), Unknown("b"), Unknown("c")])
    ]
    built = build_graph((queue("orders"), *doubts), {})
    (found,) = built.resources(Queue)
    with pytest.raises(UndeterminedError, match="s1 refers to could not be read: b"):
        built.incoming(found, EdgeKind.DELIVERS)


@pytest.mark.parametrize(
    ("end", "in_doubt"),
    [
        ("arn:aws:sqs:eu-west-1:210987654321:bills", True),
        ("https://sqs.eu-west-1.amazonaws.com/210987654321/bills", True),
        ("arn:aws:sqs:eu-west-1:123456789012:bills", False),
        ("arn:aws:sns:eu-west-1:210987654321:bills", False),
    ],
)
def test_an_end_of_an_unread_type_is_in_doubt(end: str, in_doubt: bool) -> None:
    properties = {"TopicArn": "t", "Endpoint": end}
    read = RawResource("AWS::SNS::Subscription", "s", properties, account="123456789012")
    unread_in = {"123456789012": {}, "210987654321": {"AWS::SQS::Queue": "some were denied"}}
    built = build_graph((read,), {}, unread_in)
    (edge,) = built.edges
    built.settle_end(edge, edge.target, Topic)
    with pytest.raises(UndeterminedError, match="denied") if in_doubt else nullcontext():
        built.settle_end(edge, edge.target, Queue)


def test_the_type_of_an_end_that_is_only_named_is_known() -> None:
    dimension = {"Name": "QueueName", "Value": "orders"}
    metric = {"Namespace": "AWS/SQS", "MetricName": "m", "Dimensions": [dimension]}
    watching = RawResource("AWS::CloudWatch::Alarm", "a", metric)
    built = build_graph((watching,), {"AWS::SQS::Queue": "some were denied"})
    (edge,) = built.edges
    with pytest.raises(UndeterminedError, match="denied"):
        built.settle_end(edge, edge.target)
