"""A root stack with its nested stacks under one scenario, down to raw resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from weakref import proxy

from msgspec.structs import replace
from yaml.nodes import Node

from auditor.collectors.template import definitions, openapi, sam
from auditor.collectors.template.conditions import Other, Scenario
from auditor.collectors.template.declared import Declared
from auditor.collectors.template.documents import UnreadableError, child
from auditor.collectors.template.library import Library
from auditor.collectors.template.place import Place
from auditor.collectors.template.stack import Stack
from auditor.collectors.template.template import Template
from auditor.findings import Gap
from auditor.resources import TYPES, RawResource
from auditor.values import Block, Unknown

_MAX_DEPTH = 8


class StackTree:
    """Builds the nested stacks of a root on demand and binds their parameters and outputs.

    `prefix` sets the logical ids of one root apart from those of another in the same graph.
    """

    def __init__(
        self,
        library: Library,
        template: Template,
        given: Mapping[str, str],
        scenario: Scenario,
        prefix: str = "",
        imports: Callable[[str], object] | None = None,
    ) -> None:
        self._library = library
        self._imports = imports
        self._nested: dict[str, Stack | None] = {}
        self.gaps: list[Gap] = []
        arguments = {
            name: template.parameters[name].convert(value) if name in template.parameters else value
            for name, value in given.items()
            if name in template.parameters or name.startswith("AWS::")
        }
        self.root = self._stack(template, _without_secrets(template, arguments), scenario, prefix)

    def stacks(self) -> Iterator[Stack]:
        """The root and all nested stacks that can be followed."""
        todo = [self.root]
        while todo:
            stack = todo.pop(0)
            yield stack
            for logical_id, _, _ in stack.nested():
                nested = self.nested(stack, logical_id)
                if nested is not None:
                    todo.append(nested)

    def resources(self) -> Iterator[RawResource]:
        """Everything that the graph has a type for, SAM expanded."""
        absent: tuple[str, ...] = ()
        for stack in self.stacks():
            if stack.prefix.startswith(absent):
                continue
            absent += tuple(stack.absent())
            for declared in _expanded(stack):
                if declared.type in TYPES:
                    yield _raw(stack, declared)

    def nested(self, stack: Stack, logical_id: str) -> Stack | None:
        """The stack nested under a logical id, `None` when it cannot be followed: a gap."""
        key = f"{stack.prefix}{logical_id}/"
        if key not in self._nested:
            self._nested[key] = None
            self._nested[key] = self._follow(stack, logical_id, key)
        return self._nested[key]

    def _follow(self, stack: Stack, logical_id: str, prefix: str) -> Stack | None:
        document = stack.template.document
        anchor, node = next((key, node) for name, key, node in stack.nested() if name == logical_id)
        where, what = document.locate(anchor), f"nested stack {stack.prefix}{logical_id}"
        if prefix.count("/") > _MAX_DEPTH:
            self.gaps.append(Gap(what, "it is nested too deeply, or in itself", location=where))
            return None
        try:
            template = self._library.nested(document, node)
        except UnreadableError as error:
            self.gaps.append(error.gap)
            return None
        if template is None:
            reason = "its template is not a local file, so that its resources were not read"
            self.gaps.append(Gap(what, reason, location=where))
            return None
        arguments = _without_secrets(template, _arguments(stack, template, node))
        if stack is not self.root:
            # What its conditions compare was not added to the values of the root's parameters.
            arguments = {name: _plain(value) for name, value in arguments.items()}
        return self._stack(template, arguments, stack.scenario.inside, prefix)

    def _stack(
        self, template: Template, arguments: Mapping[str, object], scenario: Scenario, prefix: str
    ) -> Stack:
        tree: StackTree = proxy(self)  # it owns the stack, see `Evaluator`

        def outputs_of(stack: Stack, logical_id: str, output: str) -> object:
            nested = tree.nested(stack, logical_id)
            if nested is None:
                text = f"${{{stack.prefix}{logical_id}.Outputs.{output}}}"
                return Unknown(f"the nested stack {logical_id} was not read", text, external=True)
            return nested.output(output)

        files = self._library.files
        return Stack(template, arguments, scenario, files, prefix, outputs_of, self._imports)


def _arguments(stack: Stack, template: Template, node: Node) -> dict[str, object]:
    """The parameter values that a nested stack is given; without one it uses its default."""
    part = child(child(node, "Properties"), "Parameters")
    values = stack.value(part) if part is not None else None
    if not isinstance(values, dict):
        return {}
    return {
        name: template.parameters[name].convert(value) if isinstance(value, str) else value
        for name, value in values.items()
        if name in template.parameters
    }


def _plain(value: object) -> object:
    """Any other value as simply an unknown one."""
    return Unknown(value.reason, value.text, value.external) if isinstance(value, Other) else value


def _without_secrets(template: Template, arguments: Mapping[str, object]) -> dict[str, object]:
    """A `NoEcho` parameter keeps its secret: no report can show what was never read."""
    return {
        name: parameter.default
        if (parameter := template.parameters.get(name)) and parameter.secret
        else value
        for name, value in arguments.items()
    }


def _wanted(type_: str) -> bool:
    return type_ in TYPES or type_ in openapi.TYPES or type_.startswith(sam.PREFIX)


def _expanded(stack: Stack) -> Iterator[Declared]:
    """The declared resources, SAM's replaced by what they stand for, with bucket notifications."""
    buckets: dict[str, list[Block]] = {}
    plain: list[Declared] = []
    settings = stack.globals()
    for declared in stack.declared(_wanted):
        if declared.type == "AWS::StepFunctions::StateMachine":
            plain.append(replace(declared, properties=sam.with_substitutions(declared.properties)))
        elif not declared.type.startswith(sam.PREFIX):
            plain.append(declared)
            yield from openapi.integrations(declared)
        else:
            merged = _merged(declared, stack, settings)
            yield from sam.expand(merged, stack)
            yield from openapi.integrations(merged)
            for bucket, configuration in sam.s3_notifications(merged, stack):
                buckets.setdefault(bucket, []).append(configuration)
    for declared in stack.connectors():
        yield from sam.expand(declared, stack)
    for declared in plain:
        yield _notified(declared, buckets.get(declared.id, []))


def _merged(declared: Declared, stack: Stack, settings: Block) -> Declared:
    """A SAM resource with the defaults of Globals and the definition that stands in a file."""
    properties = sam.merge_globals(
        declared.type, declared.properties, settings, declared.ignored_globals
    )
    return replace(declared, properties=definitions.with_definition(stack, properties))


def _notified(declared: Declared, configurations: list[Block]) -> Declared:
    """The bucket with the notifications that SAM adds to it."""
    if not configurations:
        return declared
    properties = Block(declared.properties, declared.properties.origin, declared.properties.unread)
    present = properties.get("NotificationConfiguration")
    notification = Block(present) if isinstance(present, dict) else Block()
    known = notification.get("LambdaConfigurations")
    notification["LambdaConfigurations"] = [
        *(known if isinstance(known, list) else []),
        *configurations,
    ]
    properties["NotificationConfiguration"] = notification
    return replace(declared, properties=properties)


def _raw(stack: Stack, declared: Declared) -> RawResource:
    identity = stack.identify(declared.type, declared.id, declared.properties)
    anchor = declared.anchor or stack.template.root
    construct = declared.metadata.get("aws:cdk:path")
    return RawResource(
        type=declared.type,
        id=identity.id,
        properties=declared.properties,
        name=identity.name,
        arn=identity.arn,
        url=identity.url,
        construct=construct if isinstance(construct, str) else None,
        metadata=declared.metadata,
        locate=Place(stack.template.document, anchor, declared.properties),
    )
