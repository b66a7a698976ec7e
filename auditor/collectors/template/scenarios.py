"""The scenarios of a stack tree: which truth assignments its conditions can have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from yaml.nodes import Node

from auditor.collectors.template.conditions import (
    Scenario,
    assignments,
    comparisons,
    domain,
    grouped,
    literals,
    mentioned,
    referred,
    truth,
)
from auditor.collectors.template.documents import child, entries, text_of
from auditor.collectors.template.stack import Stack
from auditor.collectors.template.tree import StackTree, _wanted
from auditor.values import Unknown

Build = Callable[[Scenario], StackTree]
# The comparisons of each stack, by its prefix.
Leaves = Mapping[str, Sequence[Node]]


def scenarios(build: Build) -> list[Scenario]:
    """All scenarios, the one of the defaults first; `build` makes the tree under a scenario."""
    probe = build(Scenario())
    stacks = [stack for stack in probe.stacks() if stack.template.conditions]
    mentions = {stack.prefix: _mentioned(stack) for stack in stacks}
    names = [(prefix, name) for prefix, found in mentions.items() for name in found]
    if not names:
        return [Scenario()]
    leaves = {stack.prefix: comparisons(stack.template, mentions[stack.prefix]) for stack in stacks}
    variables = _variables(probe, stacks, leaves)
    open_leaves = _open_leaves(build, leaves, variables)
    combinations = assignments(variables, open_leaves)
    if combinations is None:
        return [Scenario(undecided=True)]

    def vectors() -> Iterator[tuple[dict[str, object], dict[int, bool], tuple[object, ...]]]:
        for bindings, choices in combinations:
            tree = build(Scenario(bindings, choices))
            by_prefix = {stack.prefix: stack for stack in tree.stacks()}
            truths = (by_prefix[prefix].condition(name) for prefix, name in names)
            yield bindings, choices, tuple(None if isinstance(t, Unknown) else t for t in truths)

    return grouped(variables, open_leaves, vectors(), [name for _, name in names])


def _mentioned(stack: Stack) -> list[str]:
    resources = [
        node
        for _, _, node in entries(stack.template.section("Resources"))
        if _wanted(text_of(child(node, "Type"))) or child(node, "Type") is None
    ]
    nested = [node for _, _, node in stack.nested()]
    settings = stack.template.section("Globals")
    return mentioned(stack.template, [*resources, *nested, *([settings] if settings else [])])


def _variables(tree: StackTree, stacks: list[Stack], leaves: Leaves) -> dict[str, list[object]]:
    """The values of the root's parameters, also of those that a nested stack compares."""
    compared: dict[str, list[str]] = defaultdict(list)
    for stack in stacks:
        for name, texts in literals(stack.template, leaves[stack.prefix]).items():
            source = _source(tree, stack, name)
            if source and source not in tree.root.arguments:
                compared[source] += texts
    return {name: domain(tree.root.template, name, texts) for name, texts in compared.items()}


def _source(tree: StackTree, stack: Stack, name: str) -> str | None:
    """The root's parameter behind that of a stack: of a direct child, if it is passed just so."""
    if stack is tree.root or name.startswith("AWS::"):
        return name
    for logical_id, _, node in tree.root.nested():
        if stack.prefix == f"{tree.root.prefix}{logical_id}/":
            source = referred(child(child(child(node, "Properties"), "Parameters"), name))
            return source if source in tree.root.template.parameters else None
    return None


def _open_leaves(build: Build, leaves: Leaves, variables: dict[str, list[object]]) -> list[int]:
    """Comparisons that no parameter value decides: each may go either way."""
    combinations = assignments(variables, [])
    found: dict[int, None] = {}
    for bindings, _ in combinations or ():
        tree = build(Scenario(bindings))
        by_prefix = {stack.prefix: stack for stack in tree.stacks()}
        for prefix, nodes in leaves.items():
            for leaf in nodes:
                if isinstance(truth(leaf, by_prefix[prefix], {}), Unknown):
                    found.setdefault(id(leaf))
    return list(found)
