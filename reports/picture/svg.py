"""One flow as SVG. Styles come from the page; every node is a link, so that no script is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from auditor.architecture import EXTERNAL, UNREAD, Edge, Node
from auditor.findings import Finding
from auditor.graph import EdgeKind
from reports.picture.flows import Flow, Found, direction, findings_of, worst
from reports.picture.kinds import OUTLINES, STYLES, Kind, kind_of
from reports.picture.layers import Way
from reports.picture.layout import HEIGHT, WIDTH, Layout, Point, layout
from reports.safe import clipped, inert, visible
from reports.wording import SHAPES, counted
from reports.wrap import columns

# Columns of a label; the end of a tube takes the place of one.
_SHOWN = 18
_SHOWN_IN_TUBES = 17
_LONGEST = 200
_DASHED = {EXTERNAL, UNREAD}
Anchor = Callable[[Node], str]
# Once a page: the heads of ways, in the order of their styles, and the outlines of nodes.
MARKERS = (
    '<svg class="markers" width="0" height="0" aria-hidden="true"><defs>'
    + "".join(
        f'<marker id="end-{style}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        f'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="head {style}" d="M0 0L8 4L0 8Z"/></marker>'
        for style in dict.fromkeys(STYLES.values())
    )
    + "".join(f'<path id="o-{name}" d="{outline}"/>' for name, outline in OUTLINES.items())
    + "</defs></svg>"
)


def drawn(flow: Flow, findings: Found, anchor: Anchor) -> tuple[str, Layout]:
    """The inside of an `svg` element, and its layout; `anchor` gives the id that a node links to.

    An empty id makes no link.
    """
    plan = layout([node.id for node in flow.nodes], [direction(edge) for edge in flow.edges])
    labels = {node.id: node for node in flow.nodes}
    ways: dict[tuple[Way, str], list[Edge]] = {}
    for edge in flow.edges:
        ways.setdefault((direction(edge), STYLES[EdgeKind(edge.kind)]), []).append(edge)
    parts = [
        _way(edges, style, plan.ways[way], anchor, labels) for (way, style), edges in ways.items()
    ]
    parts += [
        _node(node, findings_of(flow, node, findings), plan.corners[node.id], anchor(node))
        for node in flow.nodes
    ]
    return "\n".join(parts), plan


def nodes_alone(
    nodes: Sequence[Node], findings: Found, anchor: Anchor, across: int
) -> tuple[str, int, int]:
    """Unconnected nodes in rows of `across`: SVG, width and height."""
    step, line = WIDTH + 24, HEIGHT + 24
    parts = [
        _node(
            node, findings.get(node.id, ()),
            (14 + number % across * step, 14 + number // across * line), anchor(node),
        )
        for number, node in enumerate(nodes)
    ]  # fmt: skip
    rows = -(-len(nodes) // across)
    return "\n".join(parts), min(len(nodes), across) * step + 4, rows * line + 4


def described(node: Node, findings: Sequence[Finding]) -> str:
    """A node in words."""
    state = "no finding"
    if findings:
        state = f"{counted(len(findings), 'finding')}, worst {worst(findings)}"
    return f"{_safe(f'{kind_of(node.type).name} {node.label}')}: {state}"


def _node(node: Node, findings: Sequence[Finding], corner: Point, anchor: str) -> str:
    kind, severity = kind_of(node.type), worst(findings)
    classes = " ".join(
        filter(None, ("node", severity or "", "outside" if node.type in _DASHED else ""))
    )
    words = escape(described(node, findings))
    link = f' href="#{anchor}"' if anchor else ""
    badge = ""
    if severity:
        badge = (
            f'<g class="count"><rect x="{WIDTH - 40}" y="-9" width="44" height="19" rx="9.5"/>'
            f'<text x="{WIDTH - 18}" y="5">'
            f"{SHAPES[severity]} {len(findings)}</text></g>"
        )
    return (
        f'<a class="{classes}"{link} '
        f'transform="translate({corner[0]:g} {corner[1]:g})"><title>{words}</title>'
        f'<use class="outline" href="#o-{kind.outline}"/>'
        f'<text class="sign" x="25" y="33">{kind.sign}</text>'
        f'<text class="name" x="42" y="23">{escape(_short(node.label, kind))}</text>'
        f'<text class="kind" x="42" y="40">{escape(_safe(kind.name))}</text>{badge}</a>'
    )


def _way(
    edges: Sequence[Edge], style: str, points: tuple[Point, ...], anchor: Anchor,
    labels: Mapping[str, Node],
) -> str:  # fmt: skip
    edge = edges[0]
    if direction(edge) != (edge.source, edge.target):
        points = points[::-1]
    source, target = labels[edge.source], labels[edge.target]
    texts = "; ".join(dict.fromkeys(in_words(each, source, target) for each in edges))
    return (
        f'<path class="way {style}" d="{_curve(points)}" marker-end="url(#end-{style})" '
        f'data-from="{anchor(source)}" data-to="{anchor(target)}">'
        f"<title>{escape(texts)}</title></path>"
    )


def in_words(edge: Edge, source: Node, target: Node) -> str:
    """An edge as a sentence."""
    more = ", ".join(filter(None, (edge.via and f"by {edge.via}", edge.detail)))
    text = f"{source.label} {edge.kind} {target.label}"
    return _safe(f"{text} ({more})" if more else text)


def _curve(points: Sequence[Point]) -> str:
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    for next_x, next_y in rest:
        if next_y == y:
            parts.append(f"H{next_x:g}")
        elif next_x == x:  # a node that leads to itself
            parts.append(f"C{x + 34:g} {y - 6:g} {x + 34:g} {next_y + 6:g} {next_x:g} {next_y:g}")
        else:
            middle = (x + next_x) / 2
            parts.append(f"C{middle:g} {y:g} {middle:g} {next_y:g} {next_x:g} {next_y:g}")
        x, y = next_x, next_y
    return "".join(parts)


def _safe(text: str) -> str:
    return clipped(inert(visible(text)), _LONGEST)


def _short(text: str, kind: Kind) -> str:
    """The label as it fits: its beginning and its end, which tell the likes of queues apart."""
    shown, most = inert(visible(text)), _SHOWN_IN_TUBES if kind.outline == "tube" else _SHOWN
    if columns(shown) <= most:
        return shown
    room = most if shown.isascii() else most // 2
    return f"{shown[: room - 5]}\u2026{shown[-4:]}"
