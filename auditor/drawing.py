"""From the graph to the architecture that reports draw."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from auditor.architecture import EXTERNAL, UNREAD, Architecture, Edge, Node, Scalar, merged
from auditor.arns import Arn
from auditor.data.webhooks import masked
from auditor.findings import Finding, Severity
from auditor.graph import EdgeKind, Graph
from auditor.index import External
from auditor.index import Node as End
from auditor.resources import EventInvokeConfig, EventSourceMapping, Resource, Subscription
from auditor.values import Unknown

# They say how two others relate, so they are drawn as edges.
_CONNECTORS = (EventInvokeConfig, EventSourceMapping, Subscription)
# They join the parts of one resource or identity, and lead no message anywhere.
_PARTS = frozenset({EdgeKind.CONFIGURES, EdgeKind.PERMITS})
# Drawn even where nothing is known of their neighbours.
_ALWAYS = (
    "AWS::CloudWatch::", "AWS::Events::", "AWS::Kinesis", "AWS::Lambda::Function",
    "AWS::Pipes::", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::Scheduler::",
    "AWS::StepFunctions::",
)  # fmt: skip
# Other text may hold what a report must not repeat.
_TEXTS = frozenset({
    "ComparisonOperator", "DeduplicationScope", "FifoThroughputLimit", "MetricName", "Namespace",
    "Runtime", "ScheduleExpression", "StartingPosition", "State", "StateMachineType", "Statistic",
})  # fmt: skip
_STARS = re.compile(r"(?<=://)\*+|\*{2,}$")  # of what was masked in a URL
_LONGEST_LABEL = 80
# A page with more takes browsers too long, and an eye.
MOST = 10_000


def architecture(path: str, graphs: Sequence[Graph], findings: Sequence[Finding]) -> Architecture:
    """What all readings of a unit have together; `path` is the unit's.

    Of a graph of more than `MOST` resources it is the accounts with the worst findings.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        found[finding.resource.id].append(finding.fingerprint)
    return merged(_Drawing(path, graph, found, _chosen(graph, findings)).draw() for graph in graphs)


def _chosen(graph: Graph, findings: Sequence[Finding]) -> frozenset[str] | None:
    """The ids of what is drawn of a graph that is too large, `None` for all of it."""
    if graph.index.count <= MOST:
        return None
    counts: dict[str | None, Counter[int]] = defaultdict(Counter)
    for finding in findings:
        counts[finding.resource.account][finding.severity.rank] += 1
    order = sorted(
        {resource.raw.account for resource in graph.index},
        key=lambda account: ([-counts[account][each.rank] for each in Severity], account or ""),
    )
    ranks = {account: rank for rank, account in enumerate(order)}
    ranked = sorted(graph.index, key=lambda resource: ranks[resource.raw.account])
    return frozenset(resource.id for resource in ranked[:MOST])


class _Drawing:
    """One reading being drawn, or what is chosen of it; connectors count for their homes."""

    def __init__(
        self,
        path: str,
        graph: Graph,
        found: Mapping[str, Sequence[str]],
        chosen: frozenset[str] | None = None,
    ) -> None:
        self._path = path
        self._chosen = chosen
        self._graph = graph
        self._homes = dict(_homes(graph))
        self._found: dict[str, list[str]] = defaultdict(list)
        for id_, fingerprints in found.items():
            home = self._homes.get(id_)
            self._found[home.id if home else id_] += fingerprints
        self._nodes: dict[str, Node] = {}

    def draw(self) -> Architecture:
        edges = dict.fromkeys(self._edges())
        for resource in self._graph.index:
            if not self._is_chosen(resource):
                continue
            if resource.type.startswith(_ALWAYS) or resource.id in self._found:
                self._node(self._homes.get(resource.id, resource))
        omitted = 0 if self._chosen is None else self._graph.index.count - len(self._chosen)
        return Architecture(tuple(self._nodes.values()), tuple(edges), omitted)

    def _is_chosen(self, end: End) -> bool:
        return self._chosen is None or not isinstance(end, Resource) or end.id in self._chosen

    def _edges(self) -> Iterator[Edge]:
        for edge in self._graph.edges:
            if edge.kind in _PARTS or not all(
                map(self._is_chosen, (edge.source, edge.target, edge.via))
            ):
                continue
            declared = edge.via is not edge.source and edge.via is not edge.target
            yield Edge(
                edge.kind.value, self._end(edge.source), self._end(edge.target),
                edge.via.label if declared else "",
                edge.detail,
            )  # fmt: skip

    def _end(self, end: End) -> str:
        home = self._homes.get(end.id, end) if isinstance(end, Resource) else end
        return self._node(home)

    def _node(self, end: End) -> str:
        if not isinstance(end, Resource):
            node = _outside(end, self._path)
            return self._nodes.setdefault(node.id, node).id
        key = self._key(end.id)
        if key not in self._nodes:
            self._nodes[key] = Node(
                key, end.type, end.label, self._group(key) or end.raw.region or "",
                dict(_scalars(end.raw.properties)), tuple(self._found.get(end.id, ())),
            )  # fmt: skip
        return key

    def _key(self, id_: str) -> str:
        # Resources of neighbouring stacks have their path before them already.
        return id_ if not self._path or "#" in id_ else f"{self._path}#{id_}"

    def _group(self, key: str) -> str:
        stack, _, inside = key.rpartition("#")
        return " ".join(filter(None, (stack, inside.rpartition("/")[0]))) if stack else ""


def _homes(graph: Graph) -> Iterator[tuple[str, Resource]]:
    """Each connector's id, and the resource that it belongs to, where that was read."""
    for edge in graph.edges:
        if not isinstance(edge.via, _CONNECTORS):
            continue
        if edge.kind is EdgeKind.CONFIGURES:
            ends: tuple[End, ...] = (edge.target,)
        else:
            ends = (edge.source, edge.target) if edge.source is not edge.via else ()
        for end in ends:
            if isinstance(end, Resource):
                yield edge.via.id, end
                break


def _outside(end: External | Unknown, path: str) -> Node:
    """The node of an end that was not read; stacks that name the same default bus share nothing."""
    known = (end.text or end.reason) if isinstance(end, Unknown) else end.reference
    text = _STARS.sub("", masked(known))
    arn = Arn.parse(text)
    kind = UNREAD if isinstance(end, Unknown) else EXTERNAL
    label = (arn.resource if arn else text)[:_LONGEST_LABEL]
    return Node(f"{kind}:{path}#{text}" if path else f"{kind}:{text}", kind, label)


def _scalars(properties: Mapping[str, object]) -> Iterator[tuple[str, Scalar]]:
    for name, value in properties.items():
        if isinstance(value, str):
            if name in _TEXTS or value.isdigit():
                yield name, value
        elif isinstance(value, bool | int | float):
            yield name, value
