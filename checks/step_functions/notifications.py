"""Who hears of failed executions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.policy import Doubts
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Task, Workflow
from checks.cloudwatch._alarms import absence, listened_to, watches
from checks.step_functions._workflows import express

_FAILURES = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")


@rule(
    "ARC027",
    "workflow-fails-unheard",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="Pattern 4: Workflow Orchestration (lines 740-756)",
    applies_to=StateMachine,
    remediation="""
        FlowFailed:
          Type: AWS::Events::Rule
          Properties:
            EventPattern:
              source: [aws.states]
              detail-type: [Step Functions Execution Status Change]
              detail: {status: [FAILED, TIMED_OUT, ABORTED], stateMachineArn: [!Ref Flow]}
            Targets:
              - {Id: alerts, Arn: !Ref AlertsTopic}

        Live: aws cloudwatch put-metric-alarm --alarm-name flow-failed --namespace AWS/States
        --metric-name ExecutionsFailed --dimensions Name=StateMachineArn,Value=ARN --statistic Sum
        --period 60 --evaluation-periods 1 --threshold 0
        --comparison-operator GreaterThanThreshold --alarm-actions TOPIC_ARN
    """,
)
def workflow_fails_unheard(machine: StateMachine, graph: Graph) -> Iterator[Match]:
    """Nobody hears of a failed execution: no alarm, no rule on its status, no task after a Catch.

    The input of the failed execution stays in a history that nobody opens, and what it was to do is
    not done. Express workflows report no status to EventBridge, so a rule does not help them. A
    workflow that another one starts is exempt: that one can see how it ends. In a template
    without such an alarm for any state machine the alarms are probably elsewhere, so it counts
    less.

    Fine to accept where the caller waits for the result.
    """
    if watches(machine, graph, *_FAILURES) or _started_by_another(machine, graph):
        return
    if not express(machine) and listened_to("aws.states", machine, graph):
        return
    if not _handles_failures(machine.workflow):
        severity, confidence = absence(machine, graph, *_FAILURES)
        yield Match(
            machine, f"nobody hears of failed executions of {machine.label}",
            severity=severity, confidence=confidence,
        )  # fmt: skip


def _started_by_another(machine: StateMachine, graph: Graph) -> bool:
    edges = graph.incoming(machine, EdgeKind.DELIVERS)
    return any(isinstance(edge.source, StateMachine) for edge in edges)


def _handles_failures(workflow: Workflow) -> bool:
    """Whether some Catch leads to a task; raises when an unread part may have one."""
    doubts = Doubts()
    for scope in workflow.scopes:
        ways = [way for state in scope.states.values() for way in state.transitions() if way.caught]
        names = {way.target for way in ways if isinstance(way.target, str)} & scope.states.keys()
        names |= scope.after(*(scope.states[name] for name in names))
        if any(isinstance(scope.states[name], Task) for name in names):
            return True
        with doubts:
            scope.settle(*ways)
    workflow.settle()
    doubts.settle()
    return False
