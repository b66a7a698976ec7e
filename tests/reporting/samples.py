"""Reports made by hand, among them one whose every text is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, pairwise

from msgspec.structs import replace

from auditor.architecture import EXTERNAL, NOTHING_DRAWN, Architecture, Edge, Node
from auditor.findings import (
    Category,
    Confidence,
    Finding,
    Gap,
    Location,
    Match,
    Outcome,
    Related,
    Severity,
    Subject,
    fingerprint,
)
from auditor.graph import Graph
from auditor.report import Comparison, Report, Source, ordered
from auditor.resources import Queue
from auditor.rules import Rule, rule
from auditor.utilisation import Level, Row, Utilisation


@rule(
    "SQS030",
    "queue-without-dlq",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Dead Letter Queue Setup (lines 109-144)",
    remediation="""
        OrdersQueue:
          Properties:
            RedrivePolicy:
              maxReceiveCount: 5
    """,
    applies_to=Queue,
)
def without_dlq(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue has no dead-letter queue, so a failing message is never set aside.

    It comes back after every visibility timeout.
    """
    yield Match(queue, "no dead-letter queue")


@rule(
    "SQS050",
    "public-queue-policy",
    severity=Severity.CRITICAL,
    category=Category.SECURITY,
    guide="Security (lines 700-720)",
    remediation="Name the principals that may send.",
    applies_to=Queue,
)
def public_policy(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue policy lets everyone in."""
    yield Match(queue, "public")


@rule(
    "SQS070",
    "short-polling",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="Cost (lines 800-810)",
    remediation="ReceiveMessageWaitTimeSeconds: 20",
    applies_to=Queue,
    pedantic=True,
)
def short_polling(queue: Queue, graph: Graph) -> Iterator[Match]:
    """Short polling pays for empty receives."""
    yield Match(queue, "short polling")


RULES: tuple[Rule[Queue], ...] = (without_dlq, public_policy, short_polling)

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)//{{7*7}}{%raw%}",
    "\u202egnp.exe\u2066",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "line\r\nfake\u2028line\x00\x85",
    "[link](https://evil.example) [x](1) `code` **bold** <!-- ]]> --> | @everyone",
    "::stop-commands::x ##[error]y ##vso[task.complete]",
    "\ud800 lone",
    "long" * 2500,
)


def finding(
    of: Rule[Queue],
    logical_id: str,
    message: str,
    location: Location | None = None,
    **changes: object,
) -> Finding:
    """A finding as the engine would make it; `changes` replace its fields."""
    made = Finding(
        rule=of.id,
        name=of.name,
        severity=of.severity,
        category=of.category,
        outcome=Outcome.VIOLATION,
        confidence=of.confidence,
        resource=Subject("AWS::SQS::Queue", logical_id),
        message=message,
        property="Properties.RedrivePolicy",
        location=location,
        evidence=(),
        related=(),
        remediation=of.remediation,
        guide=of.guide,
        fingerprint=fingerprint(of.id, "", logical_id, "", ""),
    )
    return replace(made, **changes)


def line(path: str, number: int, excerpt: str) -> Location:
    """The place of the first word of a source line."""
    start = len(excerpt) - len(excerpt.lstrip()) + 1
    end = start + len(excerpt.split(maxsplit=1)[0].rstrip(":"))
    return Location(path, number, start, number, end, excerpt)


def report(
    *findings: Finding,
    gaps: tuple[Gap, ...] = (),
    source: Source | None = None,
    architecture: Architecture = NOTHING_DRAWN,
) -> Report:
    """A report of these findings."""
    return Report(
        version="1.2.3",
        source=source or Source("template", {"paths": ("infra",)}),
        rules=RULES,
        findings=ordered(list(findings)),
        gaps=gaps,
        resources=42,
        edges=61,
        types={"AWS::SQS::Queue": 5},
        command="msgaudit scan infra",
        architecture=architecture,
    )


def drawing(*findings: Finding) -> Architecture:
    """A topic before a queue with the findings, its dead-letter queue, an alarm and a stranger."""
    marks = tuple(item.fingerprint for item in findings)
    return Architecture(
        (
            Node("a.yaml#Elsewhere", "AWS::SNS::Topic", "Elsewhere", "a.yaml"),
            Node(
                "a.yaml#OrdersQueue",
                "AWS::SQS::Queue",
                "OrdersQueue",
                "",
                {"DelaySeconds": 5},
                marks,
            ),
            Node("dead", "AWS::SQS::Queue", "DeadQueue"),
            Node("alarm", "AWS::CloudWatch::Alarm", "Alarm"),
            Node("external:https://example.com", EXTERNAL, "https://example.com"),
            Node("lonely", "AWS::SQS::Queue", "LonelyQueue"),
        ),
        (
            Edge("delivers to", "a.yaml#Elsewhere", "a.yaml#OrdersQueue", "Subscription", "sqs"),
            Edge("delivers to", "a.yaml#Elsewhere", "external:https://example.com", "Web", "https"),
            Edge("dead-letters to", "a.yaml#OrdersQueue", "dead"),
            Edge("watches", "alarm", "dead", "", "ApproximateNumberOfMessagesVisible"),
            Edge("notifies", "alarm", "a.yaml#Elsewhere"),
        ),
    )


def hostile_drawing(texts: tuple[str, ...]) -> Architecture:
    """A chain of nodes in which each text stands in every place, and the last node alone."""
    return Architecture(
        tuple(Node(text, text, text, text, {text: text}) for text in texts),
        tuple(Edge("delivers to", one, other, one, other) for one, other in pairwise(texts[:-1])),
    )


def hostile_use(texts: tuple[str, ...]) -> Utilisation:
    """A resource with a level and one without, for each text in every place."""
    level = Level("age", "seconds", 100.0, 90.0, 95.0, 14, "▁█")
    return Utilisation(
        tuple(
            Row(Subject(*[text] * 9), known, (("age", text),))
            for text in texts
            for known in (level, None)
        )
    )


def typical() -> Report:
    """Every severity of fact: violations in two files, doubts, accepted ones, gaps."""
    orders = line("infra/orders.yaml", 12, "  OrdersQueue:")
    consumer = line("infra/orders.yaml", 40, "  OrdersFn:")
    missing = finding(
        without_dlq,
        "OrdersQueue",
        "orders has no dead-letter queue",
        orders,
        resource=Subject("AWS::SQS::Queue", "OrdersQueue", "orders", construct="Shop/Orders/Queue"),
        evidence=("RedrivePolicy is absent",),
        related=(
            Related("OrdersFn", "consumer", consumer),
            Related("Elsewhere", "producer in another stack"),
        ),
        steps=(
            Related("Elsewhere", "sends"),
            Related("OrdersQueue", "keeps", orders),
            Related("OrdersFn", "reads", consumer),
        ),
        when="Environment=dev",
    )
    return report(
        missing,
        finding(
            public_policy,
            "PaymentsQueue",
            "everyone may send to payments",
            line("infra/payments.yaml", 7, "      Principal: '*'"),
            category=Category.SECURITY,
        ),
        finding(short_polling, "OrdersQueue", "orders polls briefly", orders),
        finding(
            without_dlq,
            "StageQueue",
            "RedrivePolicy depends on the parameter Stage, which has no value",
            line("infra/orders.yaml", 30, "  StageQueue:"),
            outcome=Outcome.UNDETERMINED,
            confidence=Confidence.LOW,
        ),
        finding(
            without_dlq,
            "LossyQueue",
            "lossy",
            orders,
            suppression="loss is fine here",
            baselined=True,
        ),
        finding(without_dlq, "OldQueue", "old has none", orders, baselined=True),
        gaps=(
            Gap("sqs:GetQueueAttributes on audit", "AccessDenied", "sqs:GetQueueAttributes"),
            Gap("infra/broken.yaml", "not YAML", None, Location("infra/broken.yaml", 3, 1, 3, 2)),
        ),
        architecture=drawing(missing),
    )


def live() -> Report:
    """An account: no files, ARNs instead."""
    arn = "arn:aws:sqs:eu-west-1:111122223333:orders"
    subject = Subject("AWS::SQS::Queue", arn, "orders", arn, "111122223333", "eu-west-1")
    return report(
        finding(without_dlq, arn, "orders has no dead-letter queue", resource=subject),
        source=Source("live", {"accounts": ("111122223333",), "regions": ("eu-west-1",)}),
    )


def hostile_account(texts: tuple[str, ...] = HOSTILE) -> Report:
    """Every field that an account writes, filled with each text; number and region are AWS's."""
    made = report(
        *chain.from_iterable(_hostile_live(*numbered) for numbered in enumerate(texts)),
        gaps=tuple(Gap(text, text, text) for text in texts),
        source=Source("live", {"accounts": ("111122223333",), "profiles": texts, "regions": texts}),
        architecture=hostile_drawing(texts),
    )
    anchors = {
        item.resource.id: Location(text, 1, 1, 1, 2)
        for item in made.findings for text in texts if item.resource.id.endswith(text)
    }  # fmt: skip
    return replace(made, command=texts[0], anchors=anchors, utilisation=hostile_use(texts))


def _hostile_live(number: int, text: str) -> Iterator[Finding]:
    arn = f"arn:aws:sqs:eu-west-1:111122223333:{text}"
    subject = Subject(text, arn, text, arn, "111122223333", "eu-west-1", text, text, text)
    hostile = partial(
        finding,
        RULES[number % 3],
        message=text,
        resource=subject,
        property=text,
        evidence=(text, text),
        related=(Related(text, text),),
        steps=(Related(text, text), Related(text, text)),
        when=text,
    )
    yield hostile(f"a{text}")
    yield hostile(f"b{text}", outcome=Outcome.UNDETERMINED)


def hostile(texts: tuple[str, ...] = HOSTILE) -> Report:
    """Every field that a template, an account or a person writes, filled with each text."""
    made = report(
        *chain.from_iterable(_hostile_findings(*numbered) for numbered in enumerate(texts)),
        gaps=tuple(Gap(text, text, text, Location(text, 1, 1, 1, 2, text)) for text in texts),
        source=Source("template", {"paths": texts}),
        architecture=hostile_drawing(texts),
    )
    return replace(
        made, command=texts[0], comparison=Comparison(texts, 3), utilisation=hostile_use(texts)
    )


def _hostile_findings(number: int, text: str) -> Iterator[Finding]:
    place = Location(text, number + 1, 3, number + 1, 9, f"  {text}: value")
    hostile = partial(
        finding,
        RULES[number % 3],
        message=text,
        location=place,
        property=text,
        evidence=(text, text),
        related=(Related(text, text, place), Related(text, text)),
        steps=(Related(text, text), Related(text, text, place)),
        when=text,
        source=text,
    )
    yield hostile(f"a{text}", resource=Subject(*[text] * 9))
    yield hostile(f"b{text}", outcome=Outcome.UNDETERMINED)
    yield hostile(f"c{text}", suppression=text)
    yield hostile(f"d{text}", baselined=True)
