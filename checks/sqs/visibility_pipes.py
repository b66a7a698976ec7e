"""Visibility timeouts and the pipes that have to finish within them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph
from auditor.resources import Function, Pipe, Queue, Resource
from auditor.rules import rule
from auditor.values import UndeterminedError, read, text
from checks._shared import unread_end
from checks.sqs._pipes import target_parameters


@rule(
    "SQS025",
    "visibility-timeout-too-short-for-pipe",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide="Key Features & Configuration (lines 96-107)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            VisibilityTimeout: 360      # 6 x the timeouts of enrichment and target together

        Live: aws sqs set-queue-attributes --queue-url URL --attributes VisibilityTimeout=360
    """,
)
def visibility_timeout_too_short_for_pipe(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A message becomes visible again while the functions of a pipe may still work on it.

    It is then processed twice. The visibility timeout should be at least six times what
    enrichment and target may take together (EventBridge user guide, "Amazon SQS as a source" of
    pipes). Only functions that the pipe waits for are counted, as they have a timeout; below that
    timeout itself a slow function is enough.

    Fine to accept below six times where the functions are never throttled and always fast.
    """
    for edge in graph.outgoing(queue, EdgeKind.CONSUMES):
        if isinstance(edge.via, Pipe):
            yield from _compare(queue, edge.via, graph)


def _compare(queue: Queue, pipe: Pipe, graph: Graph) -> Iterator[Match]:
    edges = graph.outgoing(pipe, EdgeKind.DELIVERS)
    functions = [found for edge in edges if (found := _awaited(pipe, edge))]
    runtime = sum(function.timeout for function in functions)
    visible, needed = queue.visibility_timeout, limits.VISIBILITY_PER_PIPE_RUNTIME * runtime
    if visible < needed:
        related: tuple[tuple[Resource, str], ...] = (
            (pipe, "the pipe"), *((function, "it waits for") for function in functions),
        )  # fmt: skip
        yield Match(
            queue,
            f"{queue.label} shows a message again after {visible} s; for {pipe.label} it should be"
            f" {needed} s or more",
            ("VisibilityTimeout",),
            (f"VisibilityTimeout {visible}, function timeouts {runtime}",),
            related,
            discriminator=pipe.id,
            severity=Severity.MEDIUM if visible < runtime else None,
        )


def _awaited(pipe: Pipe, edge: Edge) -> Function | None:
    """The function that the pipe waits for, if that is what the edge leads to."""
    end = edge.target
    if isinstance(end, Resource):
        found = end if isinstance(end, Function) else None
        return None if found is None or _is_detached(pipe, edge) else found
    arn = Arn.parse(end.reference) if isinstance(end, External) else None
    if arn is not None and arn.service != "lambda":
        return None
    if _is_detached(pipe, edge):
        return None
    raise UndeterminedError(unread_end(end), edge.path)


def _is_detached(pipe: Pipe, edge: Edge) -> bool:
    if edge.path != ("Target",):
        return False
    parameters = target_parameters(pipe, "LambdaFunctionParameters")
    path = (*parameters.path, "InvocationType")
    return read(parameters.peek("InvocationType"), text, path, "") == "FIRE_AND_FORGET"
