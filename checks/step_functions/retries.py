"""What is tried again, how often, and what had better not be."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.workflows import (
    LAMBDA_SERVICE_ERRORS,
    LASTING_ERRORS,
    RETRY_DELAY_SENSIBLE_MAX,
)
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Retrier, State, Task
from checks.step_functions._workflows import GUIDE, call_of, judge_states, runs_express

# Messages that a receiver gets once more when the task is repeated, and what tells them apart.
_SENDING = {
    ("sqs", "sendMessage"): "MessageDeduplicationId",
    ("sns", "publish"): "MessageDeduplicationId",
    ("events", "putEvents"): "",
}
_FIRST_DELAYS = 100


@rule(
    "SFN021",
    "function-task-without-retry",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=StateMachine,
    remediation="""
        Retry:
          - ErrorEquals:
              - Lambda.ServiceException
              - Lambda.AWSLambdaException
              - Lambda.SdkClientException
              - Lambda.TooManyRequestsException
            IntervalSeconds: 2
            MaxAttempts: 6
            BackoffRate: 2
            JitterStrategy: FULL

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def function_task_without_retry(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A task that invokes a function does not try again when Lambda itself fails.

    Lambda throttles, and now and then answers with an error of its own; the function has not run
    then, and would run a second later. Without a retry the whole execution fails for it (Step
    Functions developer guide, "Handle transient Lambda service exceptions"). Where only throttling
    is forgotten, or every error is caught, it counts less.

    Fine to accept where whoever starts the execution repeats it.
    """

    def judge(task: Task) -> Iterator[Match]:
        call = call_of(task)
        if call is None or not call.invokes_function:
            return
        missing = [error for error in LAMBDA_SERVICE_ERRORS if not _retried(task, error)]
        if missing:
            throttled = missing == [LAMBDA_SERVICE_ERRORS[-1]]
            when = "throttles it" if throttled else "itself fails"
            message = f"task {task.name} of {machine.label} is not retried when Lambda {when}"
            mild = throttled or not task.fails_its_scope()
            yield Match(
                machine, message, (*task.path, "Retry"), (f"not retried: {', '.join(missing)}",),
                severity=Severity.LOW if mild else None,
            )  # fmt: skip

    return judge_states(machine, Task, judge)


def _retried(task: Task, error: str) -> bool:
    for state in (task, *task.enclosing()):
        for retrier in state.retriers():
            if retrier.covers(error):
                return retrier.max_attempts > 0
    return False


@rule(
    "SFN022",
    "retry-without-spread",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide=GUIDE,
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        Retry:
          - ErrorEquals: [PaymentServiceTimeout]
            IntervalSeconds: 2
            MaxAttempts: 6
            BackoffRate: 2
            MaxDelaySeconds: 60
            JitterStrategy: FULL

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def retry_without_spread(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A retry comes at a fixed pace, all at once, too late, or can never help.

    Without a BackoffRate above 1 a service that is overloaded gets no rest. Without JitterStrategy
    FULL all executions that failed together come back together. Without MaxDelaySeconds many
    attempts end up days apart. And a missing permission or too much data is still there next time.

    Fine to accept where few executions run at a time.
    """

    def judge(state: State) -> Iterator[Match]:
        for retrier in state.retriers():
            for problem, name, severity in _flaws(retrier):
                message = f"a retry of state {state.name} of {machine.label} {problem}"
                yield Match(machine, message, (*retrier.path, name), severity=severity)

    return judge_states(machine, State, judge)


def _flaws(retrier: Retrier) -> Iterator[tuple[str, str, Severity | None]]:
    lasting = sorted(LASTING_ERRORS.intersection(retrier.errors))
    if lasting:
        yield f"repeats {lasting[0]}, which stays as it is", "ErrorEquals", None
    attempts = retrier.max_attempts
    if attempts < 2:
        return
    if retrier.backoff_rate <= 1:
        yield "does not slow down", "BackoffRate", None
    elif retrier.max_delay_seconds is None and _last_delay(retrier) > RETRY_DELAY_SENSIBLE_MAX:
        yield f"waits for days before the last of {attempts} attempts", "MaxDelaySeconds", None
    if retrier.jitter != "FULL":
        yield "comes at the same time as all others", "JitterStrategy", Severity.INFO


def _last_delay(retrier: Retrier) -> float:
    """Seconds before the last attempt, or already before the hundredth."""
    attempts = min(retrier.max_attempts, _FIRST_DELAYS)
    try:
        return retrier.interval_seconds * float(retrier.backoff_rate ** (attempts - 1))
    except OverflowError:
        return float("inf")


@rule(
    "SFN023",
    "express-repeats-messages",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    confidence=Confidence.LOW,
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        Notify:
          Type: Task
          Resource: arn:aws:states:::sqs:sendMessage
          Parameters:
            QueueUrl: !Ref OrdersFifoQueue
            MessageBody.$: $
            MessageGroupId.$: $.customer
            MessageDeduplicationId.$: $.order     # the same for every attempt

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def express_repeats_messages(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """An express workflow sends a message that may go out twice.

    Asynchronous express executions run at least once, so a task can run again although it was done,
    and its retries come on top. A deduplication id makes FIFO queues and topics drop the second
    message; every other receiver has to notice it by itself.

    Fine to accept where the receivers can take a message twice, or executions are synchronous.
    """

    def judge(task: Task) -> Iterator[Match]:
        call = call_of(task)
        key = _SENDING.get((call.service.removeprefix("aws-sdk:"), call.action)) if call else None
        if key is None or not runs_express(task, machine):
            return
        if key and (task.arguments.has(key) or task.arguments.has(f"{key}.$")):
            return
        message = f"task {task.name} of {machine.label} may send its message twice"
        yield Match(machine, message, (*task.path, "Resource"))

    return judge_states(machine, Task, judge)
