"""One stack under one scenario: the environment in which its nodes are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from yaml.nodes import Node, ScalarNode, SequenceNode

from auditor.collectors.template import sam
from auditor.collectors.template.conditions import UNDECIDED, Other, Scenario, truth
from auditor.collectors.template.declared import Declared
from auditor.collectors.template.definitions import definition
from auditor.collectors.template.documents import child, entries, text_of
from auditor.collectors.template.evaluator import FOR_EACH, NO_VALUE, Evaluator, is_loop
from auditor.collectors.template.files import Files
from auditor.collectors.template.identity import KINDS, OWNERS, Identity, identify
from auditor.collectors.template.template import NESTED, Declaration, Template
from auditor.values import Block, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

_CIRCULAR = Unknown("it refers to itself in a circle")


class Stack:
    """Evaluates a template's parts on demand, each once.

    `prefix` is the path of a nested stack (`Child/`), `arguments` the parameter values that are
    given. `outputs_of` gives the outputs of a nested stack, `imports` the value of an export.
    """

    def __init__(
        self,
        template: Template,
        arguments: Mapping[str, object],
        scenario: Scenario,
        files: Files,
        prefix: str = "",
        outputs_of: Callable[[Stack, str, str], object] | None = None,
        imports: Callable[[str], object] | None = None,
    ) -> None:
        self.template = template
        self.arguments = arguments
        self.scenario = scenario
        self.prefix = prefix
        self._files = files
        self._outputs_of = outputs_of
        self._imports = imports
        self.evaluator = Evaluator(self, dynamic="{{resolve:" in template.document.text)
        self._truths: dict[str, bool | Unknown] = {}
        self._identities: dict[str, Identity | None] = {}
        self._properties: dict[str, Block] = {}
        self._including = False

    @cached_property
    def _nodes(self) -> Mapping[str, Declaration]:
        return self.template.declarations or {
            name: (key, node, variables)
            for name, key, node, variables in self._resources(self.template.section("Resources"))
        }

    # --- the environment of intrinsic functions ---

    def ref(self, name: str) -> object:
        """See `Environment.ref`."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.arguments:
            return self.arguments[name]
        if name in self.scenario.bindings:
            return self._rebound(name)
        if name.startswith("AWS::"):
            return f"${{{name}}}"
        parameter = self.template.parameters.get(name)
        if parameter is not None:
            text = f"${{{self.prefix}{name}}}"
            missing = Unknown(f"the parameter {name} has no value", text, external=True)
            return missing if parameter.default is None else parameter.default
        owner, dot, qualifier = name.partition(".")
        identity = self.identity_of(owner)
        if identity is None:
            return Unknown(f"{name} is not defined in the template")
        # SAM's `!Ref Function.Alias` and `!Ref Function.Version` are qualified ARNs.
        return identity.attribute(qualifier) if dot else identity.ref

    def _rebound(self, name: str) -> object:
        value = self.scenario.bindings[name]
        if not isinstance(value, Other):
            return value
        if name.startswith("AWS::"):
            return f"${{{name}}}"
        return Other(f"the parameter {name} has no value", f"${{{self.prefix}{name}}}", True)

    def is_other(self, name: str) -> bool:
        """Whether a parameter has none of the values that conditions compare it with."""
        return isinstance(self.arguments.get(name, self.scenario.bindings.get(name)), Other)

    def attribute(self, logical_id: str, name: str) -> object:
        """See `Environment.attribute`."""
        if name.startswith("Outputs.") and self._type(logical_id) in NESTED and self._outputs_of:
            return self._outputs_of(self, logical_id, name.removeprefix("Outputs."))
        identity = self.identity_of(logical_id)
        if identity is None:
            return Unknown(f"{logical_id} is not defined in the template")
        return identity.attribute(name)

    def condition(self, name: str) -> bool | Unknown:
        """See `Environment.condition`."""
        if name not in self._truths:
            node = self.template.conditions.get(name)
            self._truths[name] = _CIRCULAR
            if self.scenario.undecided:
                self._truths[name] = UNDECIDED
            elif node is None:
                self._truths[name] = Unknown(f"the condition {name} is not defined")
            else:
                self._truths[name] = truth(node, self, self.scenario.choices)
        return self._truths[name]

    def value(self, node: Node) -> object:
        """The value of a node."""
        return self.evaluator.value(node)

    def lookup(self, name: object, first: object, second: object) -> object:
        """See `Environment.lookup`."""
        for part in (name, first, second):
            if isinstance(part, Unknown):
                return Unknown(part.reason)
            if "${" in str(part):
                return Unknown(f"Fn::FindInMap looks up {part}, which is known only when deployed")
        table = child(self.template.section("Mappings"), str(name))
        node = child(child(table, str(first)), str(second))
        if node is None:
            return None
        # Functions cannot stand in Mappings; to follow them could lead round in circles.
        items = node.value if isinstance(node, SequenceNode) else [node]
        plain = node.tag[0] != "!" and all(item.tag[0] != "!" for item in items)
        if plain and all(isinstance(item, ScalarNode) for item in items):
            return self.evaluator.value(node)
        return Unknown(f"the entry {second} of {name} is neither text nor a list of texts")

    def imported(self, name: object) -> object:
        """See `Environment.imported`."""
        if isinstance(name, str) and self._imports:
            return self._imports(name)
        text = name.text if isinstance(name, Unknown) else name
        return Unknown("it is imported from another stack", f"${{import:{text}}}", external=True)

    def included(self, location: object) -> object:
        """See `Environment.included`."""
        if self._including:
            return Unknown("a file that AWS::Include takes in cannot take in another one")
        self._including = True
        try:
            return definition(self, self._files, self.template.document.path, location)
        finally:
            self._including = False

    # --- resources ---

    def identity_of(self, logical_id: str) -> Identity | None:
        """The identity of a resource; of those that SAM will make, the implicit role."""
        if logical_id not in self._identities:
            self._identities[logical_id] = None
            self._identities[logical_id] = self._identify(logical_id)
        return self._identities[logical_id]

    def identify(self, type_: str, logical_id: str, properties: Mapping[str, Any]) -> Identity:
        """The identity of a resource of this stack with the given properties."""
        return identify(type_, self.prefix + logical_id, properties)

    def properties_of(self, logical_id: str) -> tuple[str, Block] | None:
        """Type and evaluated properties of a resource, or `None` when the template has none."""
        if logical_id not in self._nodes:
            return None
        if logical_id not in self._properties:
            self._properties[logical_id] = Block(unread=_CIRCULAR)
            self._properties[logical_id] = self._evaluate(logical_id, "Properties")
        return self._type(logical_id), self._properties[logical_id]

    def declared(self, wanted: Callable[[str], bool]) -> Iterator[Declared]:
        """The resources of wanted types that exist in this scenario, or may exist."""
        for logical_id, (key, node, _) in self._nodes.items():
            if not wanted(self._type(logical_id)) or not self._may_exist(node):
                continue
            read = self.properties_of(logical_id)
            if read is not None:
                metadata = self._evaluate(logical_id, "Metadata")
                ignored = child(node, "IgnoreGlobals")
                yield Declared(
                    read[0], logical_id, read[1], key, metadata, ignored and self.value(ignored)
                )

    def connectors(self) -> Iterator[Declared]:
        """The connectors that SAM lets a resource embed, as if they stood by themselves."""
        if not self.template.is_sam:
            return
        for logical_id, (_, node, _) in self._nodes.items():
            if child(node, "Connectors") is None or not self._may_exist(node):
                continue
            embedded = self._evaluate(logical_id, "Connectors")
            for name, key, _ in entries(child(node, "Connectors")):
                yield sam.embedded_connector(logical_id, name, embedded.get(name), key)

    def nested(self) -> Iterator[tuple[str, ScalarNode, Node]]:
        """Logical id, key and node of the nested stacks."""
        looped = () if self.template.declarations else self._nodes
        for logical_id in (*self.template.nested_ids, *looped):
            if self._type(logical_id) in NESTED:
                key, node, _ = self._nodes[logical_id]
                yield logical_id, key, node

    def absent(self) -> Iterator[str]:
        """The prefixes of the nested stacks that do not exist in this scenario."""
        for logical_id, _, node in self.nested():
            if not self._may_exist(node):
                yield f"{self.prefix}{logical_id}/"

    def _may_exist(self, node: Node) -> bool:
        condition = child(node, "Condition")
        return condition is None or self.condition(text_of(condition)) is not False

    def globals(self) -> Block:
        """SAM's Globals."""
        node = self.template.section("Globals")
        value = self.value(node) if node is not None else None
        return value if isinstance(value, Block) else Block()

    def output(self, name: str) -> object:
        """The value of an output."""
        node = child(self.template.outputs.get(name), "Value")
        return self.value(node) if node is not None else Unknown(f"the stack has no output {name}")

    @cached_property
    def _types(self) -> dict[str, str]:
        return {
            name: text_of(child(node, "Type")).strip() for name, (_, node, _) in self._nodes.items()
        }

    def _type(self, logical_id: str) -> str:
        return self._types.get(logical_id, "")

    def _resources(
        self, section: Node | None
    ) -> Iterator[tuple[str, ScalarNode, Node, Mapping[str, object]]]:
        for name, key, node in entries(section):
            if name.startswith(FOR_EACH) and is_loop(node):
                for _, body in self.evaluator.loop(node):
                    yield from self._resources(body)
            elif not name.startswith("Fn::"):
                yield self.evaluator.name(name), key, node, self.evaluator.variables

    def _evaluate(self, logical_id: str, section: str) -> Block:
        _, node, variables = self._nodes[logical_id]
        part = child(node, section)
        if part is None:
            return Block()
        before, self.evaluator.variables = self.evaluator.variables, variables
        try:
            value = self.evaluator.value(part)
        finally:
            self.evaluator.variables = before
        if isinstance(value, Block):
            return value
        if value is None or value is NO_VALUE:
            return Block()
        unread = value if isinstance(value, Unknown) else Unknown(f"{section} is not a mapping")
        return Block(unread=unread)

    def _identify(self, logical_id: str) -> Identity | None:
        if logical_id not in self._nodes:
            return self._implicit(logical_id)
        type_ = self._type(logical_id)
        kind = KINDS.get(type_)
        wanted = {kind.name, *OWNERS.get(type_, ())} if kind else set()
        _, node, variables = self._nodes[logical_id]
        before, self.evaluator.variables = self.evaluator.variables, variables
        try:
            # Only the name is evaluated: whole properties often refer to each other in circles.
            named = {
                name: self.evaluator.value(value)
                for name, _, value in entries(child(node, "Properties"))
                if name in wanted
            }
        finally:
            self.evaluator.variables = before
        known = {name: value for name, value in named.items() if value is not NO_VALUE}
        return self.identify(type_, logical_id, known)

    def _implicit(self, logical_id: str) -> Identity | None:
        """The identity of what SAM makes of one of the template's resources."""
        for owner in self._nodes:
            if logical_id.startswith(owner) and self._type(owner).startswith(sam.PREFIX):
                if logical_id == f"{owner}Role":
                    return self.identify("AWS::IAM::Role", logical_id, {})
                for made in self._made_of(owner):
                    if made.id == logical_id:
                        return self.identify(made.type, logical_id, made.properties)
        return None

    def _made_of(self, owner: str) -> Iterator[Declared]:
        read = self.properties_of(owner)
        if read is not None:
            ignored = child(self._nodes[owner][1], "IgnoreGlobals")
            properties = sam.merge_globals(*read, self.globals(), ignored and self.value(ignored))
            yield from sam.expand(Declared(read[0], owner, properties), self)
