"""Whether a workflow is what the work needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.linking.links import get
from auditor.policy import Doubts
from auditor.resources import ApiIntegration, Resource, RestMethod, StateMachine
from auditor.resources.apis import ApiCaller
from auditor.rules import rule
from auditor.statelang import Fail, Map, Parallel, Pattern, State, Task
from auditor.values import UndeterminedError, Unknown
from checks._shared import action_of
from checks.step_functions._workflows import call_of, express

_WORK_TO_UNDO = re.compile(
    r"^(?!valid|check|verif|get|list|find|refund|cancel).*"
    r"(payment|charge|debit|transfer|withdraw|reserv|book|allocat|purchase)",
    re.IGNORECASE,
)
_PLAIN = ("Task", "Pass", "Succeed", "Fail")


@rule(
    "ARC050",
    "workflow-for-a-single-step",
    severity=Severity.INFO,
    category=Category.COST,
    guide="When to Use Step Functions (lines 818-831)",
    confidence=Confidence.LOW,
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        OrdersMapping:                       # invoke the function without a workflow around it
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt OrdersQueue.Arn
            FunctionName: !Ref ProcessOrder

        Live: aws lambda create-event-source-mapping --function-name NAME --event-source-arn ARN
    """,
)
def workflow_for_a_single_step(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A workflow has a single task, or two in a row, and handles no error.

    What starts the workflow can invoke the function or send the message itself, with retries and a
    dead-letter queue of its own, and without a state machine to pay for and to look after.

    Fine to accept where the history of executions is wanted, or more steps are to come.
    """
    workflow = machine.workflow
    workflow.settle()
    tasks = [state for state in workflow.states() if isinstance(state, Task)]
    plain = all(state.peek("Type") in _PLAIN for state in workflow.states())
    if not plain or not 1 <= len(tasks) <= 2:
        return
    if any(task.has("Retry") or task.has("Catch") or _waits(task) for task in tasks):
        return
    names = " and ".join(task.name for task in tasks)
    yield Match(machine, f"{machine.label} does no more than {names}", workflow.path)


def _waits(task: Task) -> bool:
    call = call_of(task)
    return call is not None and call.pattern is not Pattern.REQUEST


@rule(
    "ARC052",
    "standard-workflow-behind-synchronous-api",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="When to Use Step Functions (lines 818-831)",
    applies_to=(ApiIntegration, RestMethod),
    remediation="""
        Flow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            StateMachineType: EXPRESS

        Live: the type of a state machine cannot be changed: create another one with
        aws stepfunctions create-state-machine --type EXPRESS, and name it in the integration with
        aws apigatewayv2 update-integration.
    """,
)
def standard_behind_synchronous_api(integration: ApiCaller, graph: Graph) -> Iterator[Match]:
    """An API waits for the result of a standard workflow, which cannot be started like that.

    StartSyncExecution takes express workflows only, so every request is refused (API
    StartSyncExecution, StateMachineTypeNotSupported). A standard workflow can be started by an API,
    but the caller has to ask for the result later.

    Fine to accept in no case that we know of.
    """
    for edge in graph.declared(integration, EdgeKind.DELIVERS):
        machine = edge.target
        if action_of(edge) != "states:StartSyncExecution":
            continue
        if not isinstance(machine, Resource):
            given = get(integration.properties, *map(str, edge.path))
            unread = machine if isinstance(machine, Unknown) else given
            if isinstance(unread, Unknown):
                raise UndeterminedError(unread.reason, edge.path)
            graph.settle_end(edge, machine, StateMachine)
        if isinstance(machine, StateMachine) and not express(machine):
            message = f"{integration.label} waits for {machine.label}, which is a standard workflow"
            yield Match(
                integration, message, edge.path, (f"StateMachineType {machine.machine_type}",),
                ((machine, "the workflow"),),
            )  # fmt: skip


@rule(
    "SFN024",
    "work-without-compensation",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    guide="State Machine Definition (lines 584-669)",
    confidence=Confidence.LOW,
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        ProcessOrder:
          Type: Parallel
          Catch:
            - {ErrorEquals: [States.ALL], Next: RefundPayment, ResultPath: $.error}
        RefundPayment:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Next: OrderFailed

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def work_without_compensation(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A step that takes something is followed by one whose failure gives nothing back.

    When the later step fails, no task runs that could refund the payment or free the reservation
    (the saga pattern). Which step takes something is guessed from its name: payments, bookings,
    reservations, transfers.

    Fine to accept where a later reconciliation makes good what was left half done.
    """
    root = machine.workflow.root
    machine.workflow.settle()
    if root is None:
        return
    risky, doubts = list[str](), Doubts()
    for state in root.states.values():
        with doubts:
            if _gives_up(state):
                risky.append(state.name)
    exposed = root.before(risky)
    for state in root.states.values():
        if not isinstance(state, Task) or not _WORK_TO_UNDO.search(state.name):
            continue
        ways = [way for way in state.transitions() if not way.caught]
        then = {way.target for way in ways if isinstance(way.target, str)}
        if exposed & (then - {state.name}):
            message = f"nothing undoes {state.name} of {machine.label} when a later step fails"
            yield Match(
                machine,
                message,
                state.path,
                (f"failures that no task follows: {', '.join(risky[:5])}",),
            )
        elif risky:
            with doubts:
                root.settle(*ways)
    doubts.settle()


def _gives_up(state: State) -> bool:
    """Whether a failure here leads to no further task."""
    if not isinstance(state, Task | Parallel | Map):
        return False
    if not state.catchers():
        return True
    handlers = [state.scope.states.get(catcher.next) for catcher in state.catchers()]
    return all(isinstance(handler, Fail) for handler in handlers)
