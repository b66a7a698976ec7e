"""Order that costs throughput without being one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, External, Graph, Node
from auditor.resources import EventRule, Pipe, Queue, Resource
from auditor.rules import rule
from auditor.values import PropertyPath, UndeterminedError, mapping, read, text
from checks._shared import unread_end

PIPE_QUEUE = ("TargetParameters", "SqsQueueParameters")


@rule(
    "ARC070",
    "fifo-target-with-one-group",
    severity=Severity.MEDIUM,
    category=Category.PERFORMANCE,
    guide="Scenario 3: Content Management System (lines 873-886)",
    applies_to=(EventRule, Pipe),
    remediation="""
        Targets:
          - Id: documents
            Arn: !GetAtt DocumentsQueue.Arn
            SqsParameters:
              MessageGroupId: $.detail.documentId

        Live: aws events put-targets --rule NAME --targets
        'Id=documents,Arn=ARN,SqsParameters={MessageGroupId=$.detail.documentId}'
    """,
)
def fifo_target_with_one_group(sender: Resource, graph: Graph) -> Iterator[Match]:
    """A rule or a pipe sends everything into one message group of a FIFO queue.

    One group is worked on one message at a time, so that one slow message holds up all others, and
    adding consumers does not help. Events come without an order of their own, which the queue then
    keeps faithfully. A group that is taken from the event is exempt.

    Fine to accept where all messages really depend on each other, and are few.
    """
    for path, group in _groups(sender):
        target = _target(sender, path, graph)
        if not group.startswith("$.") and target is not None and _is_fifo(target, path):
            message = f"{sender.label} sends everything into one message group"
            related = ((target, "the queue"),) if isinstance(target, Resource) else ()
            yield Match(sender, message, path, (), related)


def _groups(sender: Resource) -> Iterator[tuple[PropertyPath, str]]:
    if isinstance(sender, EventRule):
        for target in sender.targets:
            yield from _group(target.peek("SqsParameters"), (*target.path, "SqsParameters"))
    elif isinstance(sender, Pipe):
        parameters = (sender.target_parameters or {}).get(PIPE_QUEUE[1])
        yield from _group(parameters, PIPE_QUEUE)


def _group(raw: object, path: PropertyPath) -> Iterator[tuple[PropertyPath, str]]:
    where = (*path, "MessageGroupId")
    group = None if raw is None else read(raw, mapping, path).get("MessageGroupId")
    if group is not None:
        yield where, read(group, text, where)


def _target(sender: Resource, path: PropertyPath, graph: Graph) -> Node | None:
    """The end of the edge that the parameters at a path belong to."""
    owner = ("Target",) if isinstance(sender, Pipe) else (*path[:2], "Arn")
    edges = graph.outgoing(sender, EdgeKind.DELIVERS)
    return next((edge.target for edge in edges if edge.path == owner), None)


def _is_fifo(target: Node, path: PropertyPath) -> bool:
    if isinstance(target, Resource):
        return isinstance(target, Queue) and target.fifo
    if isinstance(target, External) and (arn := Arn.parse(target.reference)):
        return arn.service == "sqs" and arn.resource.endswith(".fifo")
    raise UndeterminedError(unread_end(target), path)
