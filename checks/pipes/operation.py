"""How a pipe runs, fails and tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.limits import ENDLESS
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Pipe, StateMachine
from auditor.rules import rule
from auditor.values import View, integer, mapping, read, text

STREAM_SOURCES = ("KinesisStreamParameters", "DynamoDBStreamParameters")
INVOCATION = ("TargetParameters", "StepFunctionStateMachineParameters", "InvocationType")


@rule(
    "PIP001",
    "fragile-pipe",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Key Components (lines 336-340)",
    applies_to=Pipe,
    remediation="""
        ClicksPipe:
          Type: AWS::Pipes::Pipe
          Properties:
            DesiredState: RUNNING
            SourceParameters:
              KinesisStreamParameters:
                StartingPosition: TRIM_HORIZON
                MaximumRetryAttempts: 5
                OnPartialBatchItemFailure: AUTOMATIC_BISECT
                DeadLetterConfig:
                  Arn: !GetAtt ClicksDlq.Arn
            LogConfiguration:
              Level: ERROR
              CloudwatchLogsLogDestination:
                LogGroupArn: !GetAtt PipeLogs.Arn

        Live: aws pipes update-pipe --name NAME --role-arn ROLE --source-parameters
        '{"KinesisStreamParameters": {"MaximumRetryAttempts": 5, "DeadLetterConfig": {"Arn": ARN}}}'
    """,
)
def fragile_pipe(pipe: Pipe, graph: Graph) -> Iterator[Match]:
    """A pipe stands still, blocks its stream, loses records without a trace, or cannot start.

    One record that always fails blocks its shard for as long as the stream keeps it, unless
    attempts or age are limited; once they are, or the stream has forgotten the record, it is lost
    without a dead-letter queue. A standard workflow cannot be waited for: REQUEST_RESPONSE is
    refused. A stopped pipe, and one that does not log its failures, count less.

    Fine to accept where order matters more than progress, and for pipes that run on demand.
    """
    yield from _standing_still(pipe)
    yield from _silent(pipe)
    yield from _refused(pipe, graph)
    for name in STREAM_SOURCES:
        parameters = (pipe.source_parameters or {}).get(name)
        if parameters is not None:
            path = ("SourceParameters", name)
            yield from _stream(pipe, View(read(parameters, mapping, path), path))


def _standing_still(pipe: Pipe) -> Iterator[Match]:
    if pipe.desired_state == "STOPPED":
        message = f"{pipe.label} is stopped: nothing goes through it"
        yield Match(pipe, message, ("DesiredState",), severity=Severity.LOW)


def _silent(pipe: Pipe) -> Iterator[Match]:
    if pipe.log_configuration is None or pipe.log_configuration.level == "OFF":
        message = f"{pipe.label} does not log its failures"
        yield Match(pipe, message, ("LogConfiguration",), severity=Severity.INFO)


def _refused(pipe: Pipe, graph: Graph) -> Iterator[Match]:
    parameters = (pipe.target_parameters or {}).get(INVOCATION[1])
    if parameters is None:
        return
    how = View(read(parameters, mapping, INVOCATION[:2])).peek(INVOCATION[2])
    if read(how, text, INVOCATION, "") != "REQUEST_RESPONSE":
        return
    for edge in graph.outgoing(pipe, EdgeKind.DELIVERS):
        machine = edge.target
        if edge.path != ("Target",):
            continue
        graph.settle_end(edge, machine, StateMachine)
        if isinstance(machine, StateMachine) and machine.machine_type == "STANDARD":
            message = f"{pipe.label} cannot wait for a standard workflow"
            related = ((machine, "the workflow"),)
            yield Match(pipe, message, INVOCATION, (), related, severity=Severity.HIGH)


def _stream(pipe: Pipe, source: View) -> Iterator[Match]:
    if not source.has("DeadLetterConfig"):
        message = f"{pipe.label} gives up on records without a trace"
        yield Match(pipe, message, (*source.path, "DeadLetterConfig"))
    limited = [
        name
        for name in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")
        if read(source.peek(name), integer, (*source.path, name), ENDLESS) != ENDLESS
    ]
    if not limited:
        message = f"{pipe.label} retries a bad record until it expires and blocks the shard"
        yield Match(pipe, message, (*source.path, "MaximumRetryAttempts"))
