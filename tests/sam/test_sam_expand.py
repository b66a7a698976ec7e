"""What reading SAM promises beyond the graph: positions, unread parts, no secrets, no crashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.graph import EdgeKind, Graph
from auditor.linking import build_graph
from auditor.resources import Function, Queue, RawResource, Topic
from auditor.values import PropertyPath, UndeterminedError, Unknown

HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
FUNCTION = """\
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
"""


def read(folder: Path, body: str) -> dict[str, RawResource]:
    path = folder / "template.yaml"
    path.write_text(HEAD + body)
    [unit] = TemplateCollector([str(path)]).collect()
    [reading] = unit.readings
    return {raw.id: raw for raw in reading.resources}


def graph_of(resources: dict[str, RawResource]) -> Graph:
    return build_graph(resources.values(), {})


def line(raw: RawResource, *path: str | int) -> str:
    where: PropertyPath = path
    location = raw.locate(where)
    assert location is not None
    return location.excerpt.strip()


EVENT = (
    FUNCTION
    + """\
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Jobs.Arn}
      Events:
        Job:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
            BatchSize: 5
  Jobs:
    Type: AWS::SQS::Queue
"""
)


@pytest.mark.parametrize(
    ("id_", "path", "expected"),
    [
        ("WorkerJob", ("EventSourceArn",), "Queue: !GetAtt Jobs.Arn"),
        ("WorkerJob", ("BatchSize",), "BatchSize: 5"),
        ("WorkerJob", ("FunctionResponseTypes",), "Job:"),
        ("WorkerJob", (), "Job:"),
        ("Worker", (), "Worker:"),
        ("Worker", ("Timeout",), "Worker:"),
        (
            "Worker",
            ("DeadLetterConfig", "TargetArn"),
            "DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Jobs.Arn}",
        ),
        ("WorkerRole", (), "Worker:"),
    ],
)
def test_properties_stand_where_sam_has_them(
    tmp_path: Path, id_: str, path: tuple[str, ...], expected: str
) -> None:
    assert line(read(tmp_path, EVENT)[id_], *path) == expected


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Schedule, Properties: {Schedule: rate(1 day)}", ("Targets", 0, "DeadLetterConfig")),
        ("ScheduleV2, Properties: {ScheduleExpression: a}", ("Target", "DeadLetterConfig")),
    ],
)
def test_a_missing_dead_letter_queue_stands_at_the_event(
    tmp_path: Path, kind: str, path: tuple[str | int, ...]
) -> None:
    made = read(tmp_path, f"{FUNCTION}      Events:\n        Tick: {{Type: {kind}}}\n")
    assert line(made["WorkerTick"], *path).startswith("Tick:")


@pytest.mark.parametrize(
    ("kind", "expression", "path"),
    [
        ("Schedule", "Schedule", ("Targets", 0, "DeadLetterConfig", "Arn")),
        ("ScheduleV2", "ScheduleExpression", ("Target", "DeadLetterConfig", "Arn")),
    ],
)
def test_a_dead_letter_queue_stands_where_it_is_given(
    tmp_path: Path, kind: str, expression: str, path: tuple[str | int, ...]
) -> None:
    body = (
        FUNCTION
        + f"""\
      Events:
        Tick:
          Type: {kind}
          Properties:
            {expression}: rate(1 day)
            DeadLetterConfig: {{Arn: "arn:aws:sqs:eu-central-1:111122223333:a"}}
"""
    )
    assert line(read(tmp_path, body)["WorkerTick"], *path).startswith("DeadLetterConfig:")


def test_properties_of_globals_stand_in_globals(tmp_path: Path) -> None:
    body = FUNCTION + "Globals:\n  Function:\n    Timeout: 7\n"
    assert line(read(tmp_path, body)["Worker"], "Timeout") == "Timeout: 7"


@pytest.mark.parametrize(
    "events",
    [
        "Events: !Ref Given",
        "Events: [Job]",
        "Events: {Job: text}",
        "Events: {Job: {Properties: {Queue: a}}}",
        "Events: {Job: {Type: !Ref Given}}",
        "Events: {Job: {Type: NewService, Properties: {}}}",
        "Events: {'Fn::Transform': {Name: Macro}}",
        "Events: {Job: {Type: SQS, Properties: !Ref Given}}",
        "Events: {Job: {Type: SQS, Properties: {'Fn::Transform': {Name: Macro}}}}",
        "Events: {Job: {Type: SQS}}",
    ],
)
def test_an_unread_event_may_read_any_queue(tmp_path: Path, events: str) -> None:
    body = f"{FUNCTION}      {events}\n  Jobs:\n    Type: AWS::SQS::Queue\n"
    graph = graph_of(read(tmp_path, body + "Parameters:\n  Given: {Type: String}\n"))
    [queue] = graph.resources(Queue)
    # A parameter's value comes from outside and cannot name this queue; everything else can.
    if "!Ref" in events:
        assert graph.outgoing(queue, EdgeKind.CONSUMES) == []
        return
    with pytest.raises(UndeterminedError):
        graph.outgoing(queue, EdgeKind.CONSUMES)


def test_an_unread_event_may_subscribe_to_any_topic(tmp_path: Path) -> None:
    body = f"{FUNCTION}      Events: [News]\n  News:\n    Type: AWS::SNS::Topic\n"
    graph = graph_of(read(tmp_path, body))
    [topic] = graph.resources(Topic)
    with pytest.raises(UndeterminedError, match="Events of Worker should be a mapping"):
        graph.outgoing(topic, EdgeKind.DELIVERS)


def test_nothing_made_up_for_an_unread_event_is_judged(tmp_path: Path) -> None:
    made = read(tmp_path, f"{FUNCTION}      Events: [News]\n")["WorkerEventsSubscription"]
    assert isinstance(made.properties["TopicArn"], Unknown)
    with pytest.raises(UndeterminedError):
        Function(made).has("RedrivePolicy")


def test_the_environment_is_not_read(tmp_path: Path) -> None:
    body = FUNCTION + "      Environment: {Variables: {TOKEN: s3cr3t}}\n"
    assert "s3cr3t" not in str(read(tmp_path, body)["Worker"].properties)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("CodeCommitReadPolicy: {RepositoryName: a}", "nothing is known of the policy template"),
        ("Effect: Allow, Action: '*'", "neither statements nor the name of a template"),
    ],
)
def test_a_policy_that_nothing_is_known_of_stays_unknown(
    tmp_path: Path, policy: str, reason: str
) -> None:
    role = read(tmp_path, f"{FUNCTION}      Policies: [{{{policy}}}]\n")["WorkerRole"]
    [inline] = role.properties["Policies"]
    assert isinstance(inline["PolicyDocument"], Unknown)
    assert reason in inline["PolicyDocument"].reason


def test_a_parameter_of_a_policy_template_may_be_unknown(tmp_path: Path) -> None:
    body = FUNCTION + "      Policies: [{SQSPollerPolicy: {QueueName: !Ref Name}}]\n"
    role = read(tmp_path, body + "Parameters:\n  Name: {Type: String}\n")["WorkerRole"]
    [statement] = role.properties["Policies"][0]["PolicyDocument"]["Statement"]
    [resource] = statement["Resource"]
    assert resource == Unknown(
        "the parameter Name has no value",
        "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Name}",
        external=True,
    )


def test_a_dead_letter_queue_that_cannot_be_read_is_not_missing(tmp_path: Path) -> None:
    body = FUNCTION + "      Events: {T: {Type: Schedule, Properties: {Schedule: rate(1 day), "
    rule = read(tmp_path, body + "DeadLetterConfig: {Type: Other}}}}\n")["WorkerT"]
    [target] = rule.properties["Targets"]
    assert isinstance(target["DeadLetterConfig"], Unknown)


@pytest.mark.parametrize("given", ["text", "{Type: SQS, 'Fn::Transform': {Name: Macro}}", "{}"])
def test_a_destination_that_cannot_be_read_is_not_missing(tmp_path: Path, given: str) -> None:
    body = f"{FUNCTION}      EventInvokeConfig: {{DestinationConfig: {{OnFailure: {given}}}}}\n"
    config = read(tmp_path, body)["WorkerEventInvokeConfig"].properties["DestinationConfig"]
    assert isinstance(config["OnFailure"]["Destination"], Unknown)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("true", {"WorkerNewsQueue"}), ("'true'", {"WorkerNewsQueue"}), ("false", set())],
)
def test_a_switch_may_be_written_as_text(tmp_path: Path, given: str, expected: set[str]) -> None:
    body = FUNCTION + "      Events: {News: {Type: SNS, Properties: {Topic: arn, SqsSubscription: "
    made = read(tmp_path, f"{body}{given}}}}}}}\n")
    assert {raw.id for raw in made.values() if raw.type == "AWS::SQS::Queue"} == expected


FLOW = """\
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: {Jobs: !Ref Jobs, Region: eu-central-1}
      Definition:
        StartAt: Send
        States:
          Send:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage
            Parameters: {QueueUrl: "${Jobs}", Region: "in ${Region}"}
  Jobs:
    Type: AWS::SQS::Queue
"""


def test_substitutions_take_the_place_of_their_names(tmp_path: Path) -> None:
    made = read(tmp_path, FLOW)
    parameters = made["Flow"].properties["Definition"]["States"]["Send"]["Parameters"]
    assert parameters == {"QueueUrl": made["Jobs"].url, "Region": "in eu-central-1"}
    assert line(made["Flow"], "Definition", "States", "Send") == "Send:"


def test_unread_substitutions_leave_the_target_unknown(tmp_path: Path) -> None:
    body = FLOW.replace("{Jobs: !Ref Jobs, Region: eu-central-1}", "[Jobs]")
    graph = graph_of(read(tmp_path, body))
    [queue] = graph.resources(Queue)
    with pytest.raises(UndeterminedError, match="substitutions are not a mapping"):
        graph.incoming(queue, EdgeKind.DELIVERS)
