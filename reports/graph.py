"""The architecture as JSON, described by `schema/graph-1.schema.json`."""

from __future__ import annotations

from auditor.architecture import Edge, Node
from auditor.report import Report
from reports.picture.flows import Found, found
from reports.safe import json_text

Json = dict[str, object]
VERSION = 1


class GraphReporter:
    """Nodes with their findings, and edges, in the order they were read."""

    def render(self, report: Report) -> str:
        """The architecture as JSON text."""
        findings = found(report)
        return json_text(
            {
                "version": VERSION,
                "tool": {"name": "msgaudit", "version": report.version},
                "nodes": [_node(node, findings) for node in report.architecture.nodes],
                "edges": [_edge(edge) for edge in report.architecture.edges],
                "omitted": report.architecture.omitted,
            },
            levels=2,
        )


def _node(node: Node, findings: Found) -> Json:
    held = findings.get(node.id, ())
    return {
        "id": node.id,
        "type": node.type,
        "label": node.label,
        "group": node.group,
        "properties": dict(node.properties),
        "severity": held[0].severity.value if held else None,
        "findings": [{"rule": item.rule, "fingerprint": item.fingerprint} for item in held],
    }


def _edge(edge: Edge) -> Json:
    return {
        "kind": edge.kind,
        "source": edge.source,
        "target": edge.target,
        "via": edge.via or None,
        "detail": edge.detail or None,
    }


REPORTER = GraphReporter()
