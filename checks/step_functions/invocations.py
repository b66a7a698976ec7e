"""Functions that call functions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts, Statement, action_matches, statements_of
from auditor.resources import Function, Role
from auditor.rules import rule


@rule(
    "SFN001",
    "function-invokes-function",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-20)",
    confidence=Confidence.LOW,
    pedantic=True,
    applies_to=Function,
    remediation="""
        Flow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            Definition:
              StartAt: Validate
              States:
                Validate: {Type: Task, Resource: arn:aws:states:::lambda:invoke, Next: Charge}
                Charge: {Type: Task, Resource: arn:aws:states:::lambda:invoke, End: true}

        Live: aws stepfunctions create-state-machine --name flow --role-arn ROLE
        --definition file://flow.asl.json
    """,
)
def function_invokes_function(function: Function, graph: Graph) -> Iterator[Match]:
    """A function may invoke another one, so it probably waits for it and is paid for both.

    A failure half-way leaves the first one to retry, to report and to time out by itself; a
    workflow or a queue between them does that. Only the permission shows here, not whether the
    function waits for the answer, so this is a hint.

    Fine to accept where the call is asynchronous, or the functions are deployed and scaled as one.
    """
    role = graph.find(function.role)
    if not isinstance(role, Role):
        graph.all(Role, function.raw.account)  # raises when it may be one that was not read
        return
    doubts = Doubts()
    with doubts:
        for statement in statements_of(role):
            with doubts:
                for callee in _invoked(statement, function, graph):
                    yield Match(
                        function,
                        f"{function.label} may invoke {callee.label}",
                        ("Role",),
                        related=((role, "allows it"), (callee, "the other function")),
                        discriminator=callee.id,
                        steps=(
                            (function, f"may invoke {callee.label}"),
                            (callee, "the other function"),
                        ),
                    )
    doubts.settle()


def _invoked(statement: Statement, caller: Function, graph: Graph) -> Iterator[Function]:
    if not statement.allows or not any(
        action_matches(action, "lambda:InvokeFunction")
        for action in statement.texts("Action")
        if action.lower().startswith("lambda:")
    ):
        return
    seen = {caller.id}
    for entry in statement.entries("Resource"):
        callee = graph.find(entry.text.removesuffix(":*").removesuffix("*"))
        if isinstance(callee, Function) and callee.id not in seen:
            seen.add(callee.id)
            yield callee
