"""What comes back to where it came from, again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.arns import Arn
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph
from auditor.linking.links import each, get
from auditor.policy import Doubts
from auditor.resources import (
    Bucket,
    EventBus,
    EventRule,
    EventSourceMapping,
    Function,
    Queue,
    Resource,
    Stream,
)
from auditor.rules import rule
from auditor.values import PropertyPath, UndeterminedError, Unknown
from checks._identity import allowing, role_of
from checks.delivery._access import name_of

_CREATED = "ObjectCreated"
_WRITES: dict[type[Resource], str] = {
    Queue: "sqs:SendMessage",
    Stream: "kinesis:PutRecord",
}


@rule(
    "EVB038",
    "rule-feeds-its-own-bus",
    severity=Severity.CRITICAL,
    category=Category.COST,
    guide="Rule Configuration (lines 363-407)",
    applies_to=EventRule,
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            EventBusName: !Ref OrdersBus
            EventPattern: {source: [shop.orders]}
            Targets:
              - Id: audit
                Arn: !GetAtt AuditBus.Arn      # another bus, which does not send events back
                RoleArn: !GetAtt EventsRole.Arn

        Live: aws events disable-rule --name NAME --event-bus-name BUS
    """,
)
def rule_feeds_its_own_bus(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule sends the events that it matches to the bus that it listens on.

    An event arrives there unchanged, matches again, and is sent again: one event becomes an endless
    stream, each round of which is paid for. Schedules and disabled rules are exempt.

    Fine to accept in no case that we know of.
    """
    if event_rule.state == "DISABLED" or not event_rule.has("EventPattern"):
        return
    doubts = Doubts()
    for edge in _deliveries(event_rule, graph):
        with doubts:
            if own := _way_back(edge, event_rule, graph):
                message = f"{event_rule.label} sends what it matches to its own bus"
                way = f"{own.resource} -> {event_rule.label} -> {own.resource}"
                yield Match(event_rule, message, edge.path, (way,))
    doubts.settle()


def _deliveries(event_rule: EventRule, graph: Graph) -> list[Edge]:
    """The edges to the targets of a rule."""
    edges = graph.declared(event_rule, EdgeKind.DELIVERS)
    return [edge for edge in edges if edge.source is event_rule]


def _way_back(edge: Edge, event_rule: EventRule, graph: Graph) -> Arn | None:
    """The bus that an edge leads to, if it is the one that the rule listens on."""
    target = _bus_arn(edge.target)
    if target is None and not isinstance(edge.target, Unknown):
        return None
    own = _own_bus(event_rule, graph)
    if target is not None and target == own:
        return own
    if own is not None and isinstance(edge.target, Unknown):
        raise UndeterminedError(edge.target.reason, edge.path)
    return None


def _own_bus(event_rule: EventRule, graph: Graph) -> Arn | None:
    """The bus that a rule listens on; the default one needs no resource.

    Raises `UndeterminedError` when it could not be read.
    """
    bus = next(
        (
            it.source
            for it in graph.declared(event_rule, EdgeKind.DELIVERS)
            if it.target is event_rule
        ),
        None,
    )
    if isinstance(bus, EventBus):
        return _bus_arn(bus)
    here = Arn.parse(event_rule.arn or "")
    if here and isinstance(bus, External) and not bus.reference.startswith("arn:"):
        resource = f"event-bus/{bus.reference}"
        return Arn(here.partition, here.service, here.region, here.account, resource)
    own = _bus_arn(bus)
    if own is None and isinstance(bus, Unknown):
        raise UndeterminedError(bus.reason, ("EventBusName",))
    return own


def _bus_arn(node: object) -> Arn | None:
    text = node.arn if isinstance(node, Resource) else getattr(node, "reference", None)
    text = node.text if isinstance(node, Unknown) else text
    arn = Arn.parse(text or "")
    named = arn is not None and arn.service == "events" and arn.resource.startswith("event-bus/")
    return arn if named else None


@rule(
    "ARC079",
    "function-feeds-its-own-rule",
    severity=Severity.HIGH,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="Rule Configuration (lines 363-407)",
    applies_to=EventRule,
    remediation="""
        Let the pattern leave out what the function puts, by its source or detail-type:

        EventPattern:
          source: [{anything-but: shop.audit}]

        Live: aws events put-rule --name NAME --event-bus-name BUS
        --event-pattern '{"source": [{"anything-but": "shop.audit"}]}'
    """,
)
def function_feeds_its_own_rule(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule invokes a function for every event of a bus, and the function may put events there.

    Whatever it puts invokes it again, and each round is paid for: Lambda notices no loop through
    EventBridge. Only patterns that match everything are judged, since what a function puts is seen
    in its code alone: most functions that answer on the bus that they listen on put events of
    another kind. Told from the role, which has to name the bus, with more confidence where a
    variable of the environment names it, too.

    Fine to accept where the role can put events, but the code never does.
    """
    functions, doubts = _functions(_deliveries(event_rule, graph), graph)
    if not functions and doubts.first is None:
        return
    pattern = event_rule.opened_pattern
    if pattern is None or event_rule.state == "DISABLED" or not pattern.matches_everything():
        return
    bus = _own_bus(event_rule, graph)
    if bus is None:
        return
    for edge, function in functions:
        if _may_write(function, "events:PutEvents", str(bus), graph):
            message = f"{function.label} may put events on the bus whose every event invokes it"
            way = f"{bus.resource} -> {event_rule.label} -> {function.label} -> {bus.resource}"
            target = graph.find(str(bus))
            named = _variables(function, target, graph) if target else ()
            yield Match(
                event_rule, message, edge.path, (way, *named), ((function, "the function"),),
                confidence=Confidence.HIGH if named else None, steps=_round(event_rule, function),
            )  # fmt: skip
    doubts.settle()


@rule(
    "ESM027",
    "function-feeds-its-own-source",
    severity=Severity.CRITICAL,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="Lambda Consumer (Event Source Mapping) (lines 495-507)",
    applies_to=EventSourceMapping,
    remediation="""
        OrdersFunction:
          Type: AWS::Lambda::Function
          Properties:
            RecursiveLoop: Terminate      # the default: Lambda stops such a loop of a queue

        Or do not let the role send to the source:

        - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt ResultsQueue.Arn}

        Live: aws lambda put-function-recursion-config --function-name NAME
        --recursive-loop Terminate
    """,
)
def function_feeds_its_own_source(mapping: EventSourceMapping, graph: Graph) -> Iterator[Match]:
    """A function may write to the queue or stream that invokes it, and nothing stops the loop.

    A message that makes the function write another one of its kind runs for ever, and each round is
    paid for. Lambda notices such a loop through queues after about 16 rounds, unless RecursiveLoop
    allows it, and notices none through streams. Told from the role, which has to name the source,
    with more confidence where a variable of the environment names it, too; what the function
    really writes, only its code shows.

    Fine to accept where the code writes back on purpose, and stops.
    """
    edge = next(iter(graph.declared(mapping, EdgeKind.CONSUMES)), None)
    if edge is None:
        return
    graph.settle_end(edge, edge.target, Function)
    graph.settle_end(edge, edge.source, Queue, Stream)
    source, function = edge.source, edge.target
    if not isinstance(function, Function):
        return
    if not isinstance(source, Queue | Stream):
        return
    if not _may_write(function, _WRITES[type(source)], name_of(source), graph):
        return
    if isinstance(source, Stream) or function.recursive_loop == "Allow":
        message = f"{function.label} may write to {source.label}, which invokes it"
        way = f"{source.label} -> {function.label} -> {source.label}"
        related = ((function, "the function"), (source, "its source"))
        named = _variables(function, source, graph)
        yield Match(
            mapping, message, edge.path, (way, *named), related, steps=_round(source, function),
            severity=None if isinstance(source, Queue) else Severity.HIGH,
            confidence=Confidence.HIGH if named else None,
        )  # fmt: skip


def _functions(edges: Iterable[Edge], graph: Graph) -> tuple[list[tuple[Edge, Function]], Doubts]:
    """The functions that edges lead to, and the doubt about those that were not read."""
    found, doubts = list[tuple[Edge, Function]](), Doubts()
    for edge in edges:
        with doubts:
            graph.settle_end(edge, edge.target, Function)
        if isinstance(edge.target, Function):
            found.append((edge, edge.target))
    return found, doubts


def _round(source: Resource, function: Function) -> tuple[tuple[Resource, str], ...]:
    """The way of a message from what invokes a function back to it."""
    return (
        (source, f"invokes {function.label}"),
        (function, f"may write to {source.label}"),
        (source, "where it began"),
    )


def _variables(function: Function, target: Resource, graph: Graph) -> tuple[str, ...]:
    """As evidence, the variables of a function that name a resource; never their values."""
    variables = get(function.properties, "Environment", "Variables")
    return tuple(
        f"variable {name} names {target.label}"
        for name, value in (variables.items() if isinstance(variables, Mapping) else ())
        if target in (graph.find(value), graph.index.named(type(target), value, function))
    )


def _may_write(function: Function, action: str, target: object, graph: Graph) -> bool:
    """Whether the role of a function allows an action by a statement that names the target."""
    role = role_of(function.peek("Role"), graph)
    statement = allowing(role, action, target, graph)
    return statement is not None and "*" not in statement.texts("Resource")


@rule(
    "ARC069",
    "function-feeds-its-own-bucket",
    severity=Severity.HIGH,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="Scenario 3: Content Management System (lines 873-886)",
    applies_to=Bucket,
    remediation="""
        Write to another bucket, or limit both sides to prefixes of their own:

        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Resize.Arn
            Filter: {S3Key: {Rules: [{Name: prefix, Value: originals/}]}}

        and in the role of the function

        - {Effect: Allow, Action: "s3:PutObject", Resource: !Sub "${Images.Arn}/thumbnails/*"}

        Live: aws s3api put-bucket-notification-configuration --bucket NAME
        --notification-configuration file://notification.json
    """,
)
def function_feeds_its_own_bucket(bucket: Bucket, graph: Graph) -> Iterator[Match]:
    """A function may write into the bucket that invokes it for each new object.

    An object that it writes there invokes it again, and each round is paid for, until Lambda
    notices and stops the function, with all that it had to do. Exempt are functions whose role
    cannot write where the notification's prefix begins. Told from the role, which has to name the
    bucket, with more confidence where a variable of the environment names it, too, or the
    notification has no filter; where the function really writes, only its code shows.

    Fine to accept where the code writes under another prefix than it is invoked for.
    """
    path = ("NotificationConfiguration", "LambdaConfigurations")
    creating: dict[PropertyPath, object] = {
        (*path, position): item
        for position, item in each(get(bucket.properties, *path))
        if _may_create(get(item, "Event"))
    }
    edges = graph.declared(bucket, EdgeKind.DELIVERS)
    invoking = [edge for edge in edges if edge.path[:-1] in creating]
    functions, doubts = _functions(invoking, graph)
    for edge, function in functions:
        with doubts:
            yield from _fed(bucket, edge, function, creating[edge.path[:-1]], graph)
    doubts.settle()


def _fed(
    bucket: Bucket, edge: Edge, function: Function, configuration: object, graph: Graph
) -> Iterator[Match]:
    prefix, suffix = _filter(configuration, "prefix"), _filter(configuration, "suffix")
    written = f"{bucket.arn}/{prefix}x{suffix}"
    if not _may_write(function, "s3:PutObject", written, graph):
        return
    event = get(configuration, "Event")
    if isinstance(event, Unknown) and _CREATED not in (event.text or ""):
        raise UndeterminedError(event.reason, edge.path)
    message = f"{function.label} may write objects into {bucket.label} that invoke it again"
    way = f"{bucket.label} -> {function.label} -> {bucket.label}"
    named = _variables(function, bucket, graph)
    grounds = bool(named) + (not prefix and not suffix)
    confidence = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)[grounds]
    related = ((function, "the function"),)
    yield Match(
        bucket, message, edge.path, (way, *named), related,
        confidence=confidence, steps=_round(bucket, function),
    )  # fmt: skip


def _may_create(event: object) -> bool:
    return isinstance(event, Unknown) or _CREATED in str(event)


def _filter(configuration: object, name: str) -> str:
    """The prefix or suffix that an object needs for the notification, empty without one."""
    for _, item in each(get(configuration, "Filter", "S3Key", "Rules")):
        if str(get(item, "Name")).lower() == name:
            value = get(item, "Value")
            return (value.text or "") if isinstance(value, Unknown) else str(value)
    return ""
