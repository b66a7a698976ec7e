"""One finding about to be fixed: where it stands in its template, and the editor to change that."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import child, entries, text_of
from auditor.collectors.template.trail import trail
from auditor.findings import Finding
from auditor.fixing.editor import CannotFixError, Editor

# SAM makes mappings from these events, and they are where the mapping is declared.
_EVENTS = ("SQS",)


class Repair:
    """`added` names the resources that a fix declares, `told` whom an alarm may tell."""

    def __init__(self, editor: Editor, finding: Finding, told: tuple[str, ...] = ()) -> None:
        self.editor = editor
        self.finding = finding
        self.told = told
        self.added: list[str] = []
        place = finding.location
        self._trail = list(trail(editor.root, place.line, place.column)) if place else []

    @property
    def logical_id(self) -> str:
        """The logical id of the resource in its own template."""
        return self.finding.resource.id.rpartition("/")[2]

    @cached_property
    def declaration(self) -> Node:
        """The mapping with the type and the properties of the resource, or of the SAM event."""
        types = ((step.value, text_of(child(step.value, "Type"))) for step in self._trail)
        found = [node for node, type_ in types if type_.startswith("AWS::") or type_ in _EVENTS]
        if not found:
            raise CannotFixError("it is not declared where it can be changed")
        return found[-1]

    @property
    def resource(self) -> Node:
        """The mapping with the type of the resource that the template itself declares."""
        named = [step for step in self._trail[:2] if step.part != "Resources"]
        if len(self._trail) < 2 or self._trail[0].part != "Resources" or not named:
            raise CannotFixError("it is not declared where it can be changed")
        return named[0].value

    def set(self, *path: str, value: Any) -> None:
        """Give a property of the resource a value."""
        self.editor.set(self.declaration, ("Properties", *path), value)

    def replace(self, value: Any) -> None:
        """Replace the value of the very property that the finding points to."""
        *_, last = self._trail
        if last.part != self.finding.property.rpartition(".")[2]:
            raise CannotFixError("the property is not written there")
        self.editor.replace(last.value, value)

    def property_(self, name: str) -> Any:
        """The value of a property as it is written, intrinsic functions in their long form."""
        node = child(child(self.declaration, "Properties"), name)
        return None if node is None else plain(node)

    def resources(self, type_: str) -> Iterator[tuple[str, Node]]:
        """Name and node of the template's resources of a type."""
        for name, _, node in entries(child(self.editor.root, "Resources")):
            if text_of(child(node, "Type")) == type_:
                yield name, node

    def add(self, wish: str, type_: str, properties: dict[str, Any]) -> str:
        """Declare a resource under the same condition; its name is as wished, or has a number."""
        taken = {name for name, _, _ in entries(child(self.editor.root, "Resources"))}
        taken.update(self.editor.added)
        names = (f"{wish}{number or ''}" for number in (0, *range(2, 1000)))
        name = next(name for name in names if name not in taken)
        condition = child(self.declaration, "Condition")
        under = {} if condition is None else {"Condition": plain(condition)}
        self.editor.add_resource(name, {"Type": type_, **under, "Properties": properties})
        self.added.append(name)
        return name


def plain(node: Node) -> Any:
    """A node as a value; raises `CannotFixError` for functions that are not written in one word."""
    if isinstance(node, MappingNode):
        return {name: plain(value) for name, _, value in entries(node)}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.value]
    text = text_of(node)
    if node.tag == "!Ref":
        return {"Ref": text}
    if node.tag == "!GetAtt" and text.count(".") == 1:
        return {"Fn::GetAtt": text.split(".")}
    if node.tag == "!Sub":
        return {"Fn::Sub": text}
    if node.tag.startswith("!"):
        raise CannotFixError(f"{node.tag} cannot be copied")
    if isinstance(node, ScalarNode) and node.style is None and text in ("true", "false"):
        return text == "true"
    return int(text) if node.tag.endswith(":int") and text.isdecimal() else text
