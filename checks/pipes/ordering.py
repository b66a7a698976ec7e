"""Order of messages through a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, External, Graph, Node
from auditor.resources import Pipe, Queue, Resource, StateMachine
from auditor.rules import rule
from auditor.values import UndeterminedError, mapping, read, text
from checks._shared import unread_end

INVOCATION = ("TargetParameters", "StepFunctionStateMachineParameters", "InvocationType")


@rule(
    "ARC073",
    "fifo-order-lost-in-workflow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Scenario 4: Financial Trading Platform (lines 888-903)",
    applies_to=Pipe,
    remediation="""
        OrdersPipe:
          Type: AWS::Pipes::Pipe
          Properties:
            Source: !GetAtt OrdersFifoQueue.Arn
            Target: !Ref OrdersExpressStateMachine      # StateMachineType: EXPRESS
            TargetParameters:
              StepFunctionStateMachineParameters:
                InvocationType: REQUEST_RESPONSE

        Live: aws pipes update-pipe --name NAME --role-arn ROLE --target EXPRESS_ARN
        --target-parameters '{"StepFunctionStateMachineParameters":
        {"InvocationType": "REQUEST_RESPONSE"}}'
    """,
)
def fifo_order_lost_in_workflow(pipe: Pipe, graph: Graph) -> Iterator[Match]:
    """A pipe starts workflows from a FIFO queue without waiting, so the order is lost.

    A standard workflow can only be started and left running: the pipe deletes the message and
    starts the next one of the same group while the first still works. The same happens with an
    express workflow that is invoked with FIRE_AND_FORGET.

    Fine to accept where the queue is FIFO for its deduplication and the order does not matter.
    """
    sources = [edge.source for edge in graph.incoming(pipe, EdgeKind.CONSUMES)]
    if not any(_is_fifo(source) for source in sources):
        return
    for edge in graph.outgoing(pipe, EdgeKind.DELIVERS):
        if edge.path == ("Target",) and (how := _detached(pipe, edge.target)):
            yield Match(
                pipe,
                f"{pipe.label} loses the order of its FIFO queue by starting workflows at once",
                ("Target",),
                (how,),
                tuple(
                    (end, note)
                    for end, note in ((sources[0], "the FIFO queue"), (edge.target, "the workflow"))
                    if isinstance(end, Queue | StateMachine)
                ),
            )


def _is_fifo(source: Node) -> bool:
    if isinstance(source, Resource):
        return isinstance(source, Queue) and source.fifo
    if isinstance(source, External) and (arn := Arn.parse(source.reference)):
        return arn.service == "sqs" and arn.resource.endswith(".fifo")
    raise UndeterminedError(unread_end(source), ("Source",))


def _detached(pipe: Pipe, target: Node) -> str | None:
    """Why the pipe does not wait for the workflow, if the target is one."""
    if isinstance(target, StateMachine):
        if target.machine_type == "STANDARD":
            return "StateMachineType STANDARD"
    elif isinstance(target, Resource):
        return None
    parameters = pipe.target_parameters or {}
    parameters = read(parameters.get(INVOCATION[1]), mapping, INVOCATION[:2], {})
    how = read(parameters.get("InvocationType"), text, INVOCATION, "REQUEST_RESPONSE")
    return f"InvocationType {how}" if how == "FIRE_AND_FORGET" else None
