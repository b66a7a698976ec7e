"""State machines (guide lines 584-669) and the trading scenario (888-903)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from auditor.demo.lambdas import make_function
from auditor.demo.orders import make_queue
from auditor.demo.sandbox import Aws, guide

_BUSY = dt.timedelta(hours=2)
_TRADES_IN_A_MINUTE = 17_400


def build(aws: Aws) -> None:
    """Create the payment and trade workflows: no logging, no timeout, few errors caught."""
    for name, lines in (
        ("ValidateOrder", "590-600"),
        ("ProcessPayment", "601-613"),
        ("UpdateInventory", "636-640"),
        ("SendConfirmation", "647-651"),
    ):
        make_function(aws, name, lines, timeout=30)
    make_machine(aws, "OrderProcessing", "584-669", _order_processing(aws))
    _trades(aws)


def _trades(aws: Aws) -> None:
    """Strict ordering ends where the pipe starts a standard workflow and does not wait for it."""
    settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    trades = make_queue(aws, "trade-orders.fifo", "893-895", **settings)
    for name, lines in (("AssessRisk", "899"), ("MatchOrder", "900"), ("SettleTrade", "901")):
        make_function(aws, name, lines, timeout=30)
    states = {
        "AssessRisk": _task(aws, "AssessRisk", Next="MatchOrder"),
        "MatchOrder": _task(aws, "MatchOrder", Next="SettleTrade"),
        "SettleTrade": _task(aws, "SettleTrade", End=True),
    }
    workflow = {"StartAt": "AssessRisk", "States": states}
    machine = make_machine(aws, "TradeWorkflow", "896-901", workflow)
    aws.client("pipes").create_pipe(
        Name="trades-to-workflow",
        RoleArn=aws.role("trades-pipe"),
        Source=trades,
        SourceParameters={"SqsQueueParameters": {"BatchSize": 10}},
        Target=machine,
        TargetParameters={
            "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}
        },
        Tags=guide("893-896"),
    )
    _busy_minute(aws, "trade-orders.fifo")


def _busy_minute(aws: Aws, queue: str) -> None:
    """What CloudWatch would know of a queue close to its quota."""
    datum = {
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
        "Timestamp": dt.datetime.now(dt.UTC) - _BUSY,
        "Value": _TRADES_IN_A_MINUTE,
    }
    aws.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[datum])


def make_machine(aws: Aws, name: str, lines: str, definition: dict[str, Any]) -> str:
    """A standard state machine; its ARN."""
    made = aws.client("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps(definition),
        roleArn=aws.role("workflows"),
        tags=[{"key": key, "value": value} for key, value in guide(lines).items()],
    )
    return str(made["stateMachineArn"])


def _task(aws: Aws, function: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": aws.function_arn(function), **more}


def _order_processing(aws: Aws) -> dict[str, Any]:
    """The guide's state machine: errors that nobody catches, a branch that fails a paid order."""
    caught = [{"ErrorEquals": ["ValidationError"], "Next": "ValidationFailed"}]
    retried = [
        {
            "ErrorEquals": ["PaymentServiceTimeout"],
            "IntervalSeconds": 2,
            "MaxAttempts": 3,
            "BackoffRate": 2.0,
        }
    ]
    branches = [
        {"StartAt": name, "States": {name: _task(aws, name, End=True)}}
        for name in ("UpdateInventory", "SendConfirmation")
    ]
    states = {
        "ValidateOrder": _task(aws, "ValidateOrder", Next="ProcessPayment", Catch=caught),
        "ProcessPayment": _task(aws, "ProcessPayment", Next="PaymentChoice", Retry=retried),
        "PaymentChoice": {
            "Type": "Choice",
            "Choices": [_payment("SUCCESS", "ProcessOrder"), _payment("FAILED", "PaymentFailed")],
            "Default": "PaymentFailed",
        },
        "ProcessOrder": {"Type": "Parallel", "Branches": branches, "Next": "OrderSuccess"},
        "OrderSuccess": {"Type": "Succeed"},
        "ValidationFailed": {"Type": "Fail", "Cause": "Order validation failed"},
        "PaymentFailed": {"Type": "Fail", "Cause": "Payment processing failed"},
    }
    comment = "Order Processing Workflow"
    return {"Comment": comment, "StartAt": "ValidateOrder", "States": states}


def _payment(status: str, following: str) -> dict[str, str]:
    return {"Variable": "$.payment.status", "StringEquals": status, "Next": following}
