"""What tasks call, and whom."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Function, Queue, Resource, StateMachine, Topic
from auditor.rules import rule
from auditor.statelang import Task
from auditor.values import read, text
from checks.step_functions._workflows import GUIDE, call_of, judge_states, receiver_argument

# The argument that names the receiver, what it must be, and how it is given.
_RECEIVERS: dict[str, tuple[type[Resource], str, str]] = {
    "QueueUrl": (Queue, "sqs", "the URL of a queue"),
    "TopicArn": (Topic, "sns", "the ARN of a topic"),
    "FunctionName": (Function, "lambda", "the name or ARN of a function"),
    "StateMachineArn": (StateMachine, "states", "the ARN of a state machine"),
}


@rule(
    "SFN025",
    "function-called-directly",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=StateMachine,
    remediation="""
        ValidateOrder:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Parameters:
            FunctionName: !Ref ValidateOrderLive      # the ARN of an alias or a version
            Payload.$: $
          OutputPath: $.Payload

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def function_called_directly(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A task names a function as its Resource, which AWS keeps for older workflows only.

    The integration `lambda:invoke` takes its place (developer guide, "Invoke an AWS Lambda
    function"): its function can be chosen by an expression, it can wait for a task token, and its
    answer has the status code. An ARN without a version or alias calls whatever was deployed last,
    also in executions that began before.

    Fine to accept for workflows that nobody changes any more.
    """

    def judge(task: Task) -> Iterator[Match]:
        call = call_of(task)
        if call is not None and call.direct:
            message = f"task {task.name} of {machine.label} names a function as its resource"
            yield Match(machine, message, (*task.path, "Resource"))

    return judge_states(machine, Task, judge)


@rule(
    "ARC010",
    "task-target-unusable",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Messaging Service Decision Tree (lines 24-75)",
    applies_to=StateMachine,
    remediation="""
        Send:
          Type: Task
          Resource: arn:aws:states:::sqs:sendMessage
          Parameters:
            QueueUrl: !Ref OrdersQueue        # the URL; !GetAtt OrdersQueue.Arn is refused
            MessageBody.$: $

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def task_target_unusable(machine: StateMachine, graph: Graph) -> Iterator[Match]:
    """A task sends to something that is not there, or not what the call expects.

    A queue given by its ARN, a topic where a function should be, a queue that was deleted: every
    execution fails when it comes to the task. Only an account that was read completely shows what
    does not exist; in a template the target may belong to another stack.

    Fine to accept in no case that we know of.
    """

    def judge(task: Task) -> Iterator[Match]:
        call = call_of(task)
        name = receiver_argument(call) if call else ""
        if name not in _RECEIVERS or f"{name}.$" in task.arguments.properties:
            return
        path = (*task.arguments.path, name)
        given = read(task.arguments.peek(name), text, path, "")
        if problem := _problem(given, name, machine, graph):
            wanted = _RECEIVERS[name][2]
            message = f"task {task.name} of {machine.label} needs {wanted}, not {problem}"
            yield Match(machine, message, path, (given,))

    return judge_states(machine, Task, judge)


def _problem(given: str, name: str, machine: StateMachine, graph: Graph) -> str | None:
    cls, service, _ = _RECEIVERS[name]
    found, arn = graph.find(given), Arn.parse(given)
    if found is not None and not isinstance(found, cls):
        return found.label
    if arn is None:
        return "the URL of a queue" if cls is not Queue and Arn.of_queue_url(given) else None
    if arn.service != service:
        return f"an ARN of {arn.service}"
    if cls is Queue:
        return "its ARN"
    own = machine.raw
    if (
        found is not None
        or not own.account
        or (arn.account, arn.region) != (own.account, own.region)
    ):
        return None
    # Nothing is missing as long as some were not read: this raises then.
    graph.all(cls, own.account)
    return "one that does not exist"
