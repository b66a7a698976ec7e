"""Times the rules over one large graph: `python -m benchmarks.paths [RESOURCES...]`.

The graph is made of the same small architecture again and again (a topic, a queue with its policy
and dead-letter queue, a rule, a function with its role and mapping, an alarm), with the dead-letter
queues chained, so that both many short ways and one long one are followed. Timed are the rules of
docs/paths.md and those on loops and orphans, and, to compare, all rules. The slowest rules of ways
are named with their share of the time.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from auditor.graph import Graph
from auditor.linking import build_graph
from auditor.loading import load_rules
from auditor.resources import RawResource
from auditor.rules import Rule
from auditor.values import UndeterminedError
from benchmarks.measure import machine, print_table
from tools.docs.paths import read

T = TypeVar("T")
SIZES = (1_000, 3_000, 10_000, 30_000)
HERE = "eu-west-1:111111111111"
SLOWEST = 3
LOOPS_AND_ORPHANS = {
    "ARC001", "ARC033", "ARC069", "CWA005", "CWA009", "ESM023", "ESM027", "EVB001", "EVB038",
    "EVB044", "SNS001", "SQS002", "SQS003", "SQS035", "SQS037",
}  # fmt: skip
_BLOCK = 12
_RULES = 3


def architecture(size: int) -> Iterator[RawResource]:
    """About `size` resources and three times as many relations."""
    for number in range(size // _BLOCK):
        yield from _block(number, size // _BLOCK)


def _block(number: int, blocks: int) -> Iterator[RawResource]:
    queue, dlq, topic, role, function = (
        f"arn:aws:sqs:{HERE}:orders-{number}",
        f"arn:aws:sqs:{HERE}:failures-{number}",
        f"arn:aws:sns:{HERE}:placed-{number}",
        f"arn:aws:iam::111111111111:role/worker-{number}",
        f"arn:aws:lambda:{HERE}:function:worker-{number}",
    )
    after = f"arn:aws:sqs:{HERE}:failures-{number + 1}"
    chained = {"RedrivePolicy": _redrive(after)} if number + 1 < blocks else {}
    yield _make("AWS::SQS::Queue", queue, {"RedrivePolicy": _redrive(dlq)})
    yield _make("AWS::SQS::Queue", dlq, chained)
    yield _make("AWS::SNS::Topic", topic, {})
    yield _make(
        "AWS::SNS::Subscription", f"{topic}:1",
        {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue, "RedrivePolicy": _redrive(dlq)},
    )  # fmt: skip
    for place in (queue, dlq):
        yield _make(
            "AWS::SQS::QueuePolicy", f"{place}#policy",
            {"Queues": [place], "PolicyDocument": {"Statement": [_send(place, topic)]}},
        )  # fmt: skip
    targets = [
        {"Id": str(each), "Arn": target, "DeadLetterConfig": {"Arn": dlq}}
        for each, target in enumerate((queue, topic, function, dlq, after))
    ]
    for each in range(_RULES):
        rule, pattern = f"{number}-{each}", {"source": [f"shop.{number}.{each}"]}
        yield _make(
            "AWS::Events::Rule", f"arn:aws:events:{HERE}:rule/{rule}",
            {"EventPattern": pattern, "Targets": targets},
        )  # fmt: skip
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": [queue, dlq]}
    inline = [{"PolicyName": "work", "PolicyDocument": {"Statement": [statement]}}]
    yield _make("AWS::IAM::Role", role, {"Policies": inline})
    yield _make(
        "AWS::Lambda::Function", function, {"Role": role, "DeadLetterConfig": {"TargetArn": dlq}}
    )
    yield _make(
        "AWS::Lambda::EventSourceMapping", f"{function}#mapping",
        {
            "EventSourceArn": queue,
            "FunctionName": function,
            "DestinationConfig": {"OnFailure": {"Destination": dlq}},
        },
    )  # fmt: skip


def _make(type_: str, arn: str, properties: dict[str, Any]) -> RawResource:
    name = arn.rpartition(":")[2].rpartition("/")[2]
    return RawResource(type_, arn, properties, name=name, arn=arn)


def _redrive(arn: str) -> dict[str, Any]:
    return {"deadLetterTargetArn": arn, "maxReceiveCount": 5}


def _send(queue: str, topic: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnLike": {"aws:SourceArn": [topic, f"arn:aws:events:{HERE}:rule/*"]}},
    }


def judge(graph: Graph, rule: Rule[Any]) -> int:
    """Run one rule over all its resources; the number of matches."""
    found = 0
    for cls in rule.applies_to:
        for item in graph.resources(cls):
            with suppress(UndeterminedError):
                found += sum(1 for _ in rule.run(item, graph))
    return found


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """The seconds of processor time that an action took, and its result."""
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def main(sizes: tuple[int, ...]) -> None:
    """Print one line for each size."""
    rows = []
    rules = load_rules()
    ways = LOOPS_AND_ORPHANS | {cell.rule for row in read() for cell in row.cells.values()}
    for size in sizes:
        raw = list(architecture(size))
        build, graph = timed(partial(build_graph, raw, {}))
        times = {rule.id: timed(partial(judge, graph, rule))[0] for rule in rules}
        slowest = sorted(ways, key=lambda id_: -times[id_])[:SLOWEST]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        of_ways = sum(times[id_] for id_ in ways)
        rows.append(
            [
                f"{graph.index.count:,}", f"{len(graph.edges):,}", f"{build:.2f} s",
                f"{of_ways:.2f} s", f"{sum(times.values()):.2f} s", f"{peak:.0f} MiB",
                ", ".join(f"{id_} {times[id_]:.2f} s" for id_ in slowest),
            ]
        )  # fmt: skip
    print(f"Processor time ({machine()}):\n")
    names = f"{len(ways)} rules about ways", f"all {len(rules)} rules"
    print_table(("resources", "relations", "graph", *names, "memory", "the slowest"), rows)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
