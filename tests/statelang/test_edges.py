"""Edges from the tasks of a state machine to what they send to, invoke or start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.graph import EdgeKind, Graph
from auditor.linking import build_graph
from auditor.resources import Queue, StateMachine, Topic
from auditor.resources.base import Resource
from auditor.values import PropertyPath, UndeterminedError
from tests.template.reading import reading

TEMPLATE = """
Resources:
  Orders: {{Type: AWS::SQS::Queue}}
  Alerts: {{Type: AWS::SNS::Topic}}
  Pay: {{Type: AWS::Lambda::Function}}
  Bus: {{Type: AWS::Events::EventBus, Properties: {{Name: shop}}}}
  Clicks: {{Type: AWS::Kinesis::Stream}}
  Child: {{Type: AWS::StepFunctions::StateMachine, Properties: {{Definition: {{}}}}}}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: Send
        States:
          Send: {state}
"""


def task(resource: str, field: str = "Parameters", **arguments: object) -> dict[str, Any]:
    name = resource if resource.startswith("arn:") else f"arn:aws:states:::{resource}"
    return {"Type": "Task", "Resource": name, field: arguments, "End": True}


def graph_of(folder: Path, state: dict[str, Any]) -> Graph:
    read = reading(folder, TEMPLATE.format(state=json.dumps(state)))
    return build_graph(read.resources, read.unread)


def ends(graph: Graph) -> list[tuple[str, PropertyPath]]:
    (flow,) = (each for each in graph.all(StateMachine) if each.id == "Flow")
    return [
        (edge.target.id if isinstance(edge.target, Resource) else "-", edge.path[3:])
        for edge in graph.outgoing(flow, EdgeKind.DELIVERS)
    ]


@pytest.mark.parametrize(
    ("state", "target", "path"),
    [
        (task("sqs:sendMessage", QueueUrl={"Ref": "Orders"}), "Orders", ("Parameters", "QueueUrl")),
        (
            task("sqs:sendMessage.waitForTaskToken", QueueUrl={"Ref": "Orders"}),
            "Orders", ("Parameters", "QueueUrl"),
        ),
        (task("sns:publish", TopicArn={"Ref": "Alerts"}), "Alerts", ("Parameters", "TopicArn")),
        (task("lambda:invoke", FunctionName="pay"), "-", ("Parameters", "FunctionName")),
        (
            task("lambda:invoke", FunctionName={"Ref": "Pay"}),
            "Pay", ("Parameters", "FunctionName"),
        ),
        (
            task("aws-sdk:kinesis:putRecord", StreamName={"Ref": "Clicks"}),
            "Clicks", ("Parameters", "StreamName"),
        ),
        (
            task("states:startExecution.sync:2", StateMachineArn={"Ref": "Child"}),
            "Child", ("Parameters", "StateMachineArn"),
        ),
        (
            task("events:putEvents", Entries=[{"EventBusName": "shop"}]),
            "Bus", ("Parameters", "Entries", 0, "EventBusName"),
        ),
        (
            task("sqs:sendMessage", "Arguments", QueueUrl={"Ref": "Orders"})
            | {"QueryLanguage": "JSONata"},
            "Orders", ("Arguments", "QueueUrl"),
        ),
    ],
)  # fmt: skip
def test_task_leads_to_its_receiver(
    tmp_path: Path, state: dict[str, Any], target: str, path: PropertyPath
) -> None:
    assert ends(graph_of(tmp_path, state)) == [(target, path)]


def test_function_named_directly_is_a_receiver(tmp_path: Path) -> None:
    state = {"Type": "Task", "Resource": {"Fn::GetAtt": ["Pay", "Arn"]}, "End": True}
    assert ends(graph_of(tmp_path, state)) == [("Pay", ("Resource",))]


@pytest.mark.parametrize(
    "state",
    [
        task("aws-sdk:sqs:receiveMessage", QueueUrl={"Ref": "Orders"}),
        task("dynamodb:putItem", TableName="orders"),
        {"Type": "Pass", "End": True},
    ],
)
def test_other_calls_lead_nowhere(tmp_path: Path, state: dict[str, Any]) -> None:
    assert ends(graph_of(tmp_path, state)) == []


@pytest.mark.parametrize(
    "state",
    [
        task("sqs:sendMessage", **{"QueueUrl.$": "$.queue"}),
        task("sqs:sendMessage", "Arguments", QueueUrl="{% $queue %}")
        | {"QueryLanguage": "JSONata"},
        task("sqs:sendMessage") | {"Arguments": "{% $all %}", "QueryLanguage": "JSONata"},
    ],
)
def test_receiver_chosen_while_running_puts_only_its_kind_in_doubt(
    tmp_path: Path, state: dict[str, Any]
) -> None:
    graph = graph_of(tmp_path, state)
    (queue,), (topic,) = graph.all(Queue), graph.all(Topic)
    with pytest.raises(UndeterminedError):
        graph.incoming(queue, EdgeKind.DELIVERS)
    assert graph.incoming(topic, EdgeKind.DELIVERS) == []


def test_unread_definition_may_send_anywhere(tmp_path: Path) -> None:
    state = {"Fn::Transform": {"Name": "Other", "Parameters": {}}}
    graph = graph_of(tmp_path, state)
    for resource in (*graph.all(Queue), *graph.all(Topic)):
        with pytest.raises(UndeterminedError):
            graph.incoming(resource, EdgeKind.DELIVERS)
