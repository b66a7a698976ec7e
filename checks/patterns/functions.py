"""Functions that do by hand what a topic, a bus or a workflow does better."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Function, Queue
from auditor.rules import rule
from checks._roles import may, reachable
from checks._shared import is_dead_letter_queue, mappings_of


@rule(
    "ARC003",
    "fan-out-by-hand",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="Messaging Service Decision Tree (lines 24-75)",
    applies_to=Function,
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            EventPattern: {source: [shop.orders]}
            Targets:
              - {Id: billing, Arn: !GetAtt BillingQueue.Arn}
              - {Id: shipping, Arn: !GetAtt ShippingQueue.Arn}

        Live: aws events put-rule and aws events put-targets
    """,
    pedantic=True,
)
def fan_out_by_hand(
    function: Function, graph: Graph, *, least: float = limits.QUEUES_OF_ONE_SENDER
) -> Iterator[Match]:
    """A function may send to three or more queues, as if it distributed messages itself.

    It then has to know every receiver, and a failure in between leaves some of them without the
    message. A topic or a bus copies and routes. Dead-letter queues are not counted; what the
    function really sends, only its code shows.

    Fine to accept where each queue gets messages of another kind.
    """
    queues = _queues(function, graph)
    if len(queues) >= least:
        message = f"{function.label} may send to {len(queues)} queues itself"
        yield Match(function, message, ("Role",), (_labels(queues),))
    else:
        _settle_queues(function, graph)


@rule(
    "ARC004",
    "workflow-made-of-queues",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    confidence=Confidence.LOW,
    guide="Messaging Service Decision Tree (lines 24-75)",
    applies_to=Function,
    remediation="""
        OrderWorkflow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            DefinitionUri: order.asl.yaml       # a task with Retry and Catch for each function

        Live: aws stepfunctions create-state-machine --name orders --definition file://order.json
    """,
    pedantic=True,
)
def workflow_made_of_queues(function: Function, graph: Graph) -> Iterator[Match]:
    """Three or more functions hand work to each other through queues, one after the other.

    Nobody sees how far an order got, and a failure in the middle undoes nothing. A state machine
    shows, retries, catches and compensates. Told from the permissions of the functions, so that the
    code may differ.

    Fine to accept where the steps belong to different teams, or never need to be undone.
    """
    if any(isinstance(edge.source, Queue) for edge in graph.incoming(function, EdgeKind.CONSUMES)):
        return
    chain = _chain(function, graph)
    if len(chain) >= limits.FUNCTIONS_OF_A_CHAIN:
        way = " -> ".join(each.label for each in chain)
        message = f"{function.label} begins a chain of functions and queues"
        yield Match(function, message, (), (way,))
    else:
        _settle_queues(chain[-1], graph)


def _chain(start: Function, graph: Graph) -> list[Function]:
    """The chain from a function on, by a way that is no circle, up to the length that matters."""
    chain = [start]
    while len(chain) < limits.FUNCTIONS_OF_A_CHAIN:
        after = [each for each in _consumers(chain[-1], graph) if each not in chain]
        if not after:
            break
        longer = [each for each in after if _consumers(each, graph)]
        chain.append((longer or after)[0])
    return chain


def _consumers(function: Function, graph: Graph) -> list[Function]:
    edges = [edge for queue in _queues(function, graph) for edge in mappings_of(queue, graph)]
    return [edge.target for edge in edges if isinstance(edge.target, Function)]


def _queues(function: Function, graph: Graph) -> list[Queue]:
    """The queues that the function may send to, without dead-letter queues."""
    found = reachable(graph, function, "sqs:SendMessage")
    return [
        queue
        for queue in found
        if isinstance(queue, Queue) and not is_dead_letter_queue(queue, graph)
    ]


def _settle_queues(function: Function, graph: Graph) -> None:
    """Raises `UndeterminedError` when the function may send to queues that were not read."""
    if may(function, "sqs:SendMessage", graph):
        graph.all(Queue, function.raw.account)


@rule(
    "ARC020",
    "function-calls-functions",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="Pattern 1: Event-Driven Microservices (lines 700-712)",
    applies_to=Function,
    remediation="""
        OrderPlacedRule:
          Type: AWS::Events::Rule
          Properties:
            EventPattern: {detail-type: [order-placed]}
            Targets:
              - {Id: billing, Arn: !GetAtt BillingFunction.Arn}
              - {Id: shipping, Arn: !GetAtt ShippingFunction.Arn}

        Live: aws events put-rule and aws events put-targets
    """,
    pedantic=True,
)
def function_calls_functions(
    function: Function, graph: Graph, *, least: float = limits.FUNCTIONS_OF_ONE_CALLER
) -> Iterator[Match]:
    """A function may invoke three or more other functions, as if it directed them.

    It waits, and is paid for, while they work, and their failures and timeouts become its own. A
    bus decouples them, a state machine directs them.

    Fine to accept where the calls are asynchronous, or the answers are needed at once.
    """
    found = reachable(graph, function, "lambda:InvokeFunction")
    called = [each for each in found if isinstance(each, Function) and each is not function]
    if len(called) >= least:
        message = f"{function.label} may call {len(called)} functions itself"
        yield Match(function, message, ("Role",), (_labels(called),))


def _labels(resources: list[Queue] | list[Function]) -> str:
    return ", ".join(each.label for each in resources)
