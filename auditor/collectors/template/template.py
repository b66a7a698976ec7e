"""A template's sections, before anything is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import Document, child, entries, text_of
from auditor.collectors.template.evaluator import FOR_EACH, is_loop
from auditor.collectors.template.loops import unrolled
from auditor.findings import Gap
from auditor.values import Listing, Unknown

_KNOWN_TRANSFORMS = (
    "AWS::Serverless-", "AWS::LanguageExtensions", "AWS::SecretsManager-",
    "AWS::CodeDeployBlueGreen",
)  # fmt: skip

# The nodes of a logical id and its resource, and the variables of the loops around them.
Declaration = tuple[ScalarNode, Node, Mapping[str, object]]
# The types of nested stacks, and the property that names the template.
NESTED = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}


class Parameter(Struct, frozen=True):
    """A declared parameter. `default` is converted to the declared type."""

    name: str
    type: str
    default: object
    allowed: tuple[str, ...]
    secret: bool

    def convert(self, text: str) -> object:
        """A value as given on the command line, in the parameter's type."""
        if self.type == "CommaDelimitedList" or self.type.startswith("List<"):
            return Listing([part.strip() for part in text.split(",")])
        if self.type == "Number":
            try:
                return int(text) if text.lstrip("-").isdecimal() else float(text)
            except ValueError:
                return text
        return text


class Template:
    """The sections of one document. Whatever is missing or of the wrong kind reads as empty.

    `key` is the same whenever the template is read: the real path of its file.
    """

    def __init__(self, document: Document, key: str) -> None:
        self.document = document
        self.key = key
        self.root = document.root

    def section(self, name: str) -> Node | None:
        """A top-level section."""
        return child(self.root, name)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """Declared parameters by name."""
        return {
            name: _parameter(name, node) for name, _, node in entries(self.section("Parameters"))
        }

    @cached_property
    def conditions(self) -> Mapping[str, Node]:
        """Condition nodes by name."""
        return {name: node for name, _, node in unrolled(self.section("Conditions"))}

    @cached_property
    def outputs(self) -> Mapping[str, Node]:
        """Output nodes by name."""
        return {name: node for name, _, node in unrolled(self.section("Outputs"))}

    @cached_property
    def declarations(self) -> Mapping[str, Declaration] | None:
        """The resources by logical id; `None` where loops make some, which only a stack can."""
        found = list(entries(self.section("Resources")))
        if any(name.startswith(FOR_EACH) for name, _, _ in found):
            return None
        return {name: (key, node, {}) for name, key, node in found if not name.startswith("Fn::")}

    @cached_property
    def nested_ids(self) -> tuple[str, ...]:
        """The logical ids of the nested stacks, where no loops make resources."""
        found = (self.declarations or {}).items()
        return tuple(id_ for id_, (_, node, _) in found if text_of(child(node, "Type")) in NESTED)

    @cached_property
    def transforms(self) -> tuple[str, ...]:
        """The names in `Transform`, written as text, list or mapping."""
        node = self.section("Transform")
        items = node.value if isinstance(node, SequenceNode) else [node]
        return tuple(
            filter(None, (text_of(item) or text_of(child(item, "Name")) for item in items))
        )

    @property
    def is_sam(self) -> bool:
        """Whether SAM expands the template."""
        return any(name.startswith("AWS::Serverless-") for name in self.transforms)

    def gaps(self) -> Iterator[Gap]:
        """What keeps the template from being read completely."""
        path, resources = self.document.path, self.section("Resources")
        if not isinstance(resources, MappingNode):
            node = resources or self.root
            reason = "Resources is not a mapping from logical ids to resources"
            yield Gap(path, reason, location=self.document.locate(node))
        for name in self.transforms:
            if not name.startswith(_KNOWN_TRANSFORMS):
                reason = f"the macro {name} may change it when deployed; it was read as written"
                yield Gap(path, reason)
        for name, key, node in entries(resources):
            if name.startswith(FOR_EACH) and is_loop(node):
                continue
            if name.startswith("Fn::"):
                reason = f"what {name} adds to Resources is known only when deployed"
                yield Gap(path, reason, location=self.document.locate(key))
            elif not (type_ := text_of(child(node, "Type"))):
                reason = f"the resource {name} has no Type"
                yield Gap(path, reason, location=self.document.locate(key))
            elif type_.endswith("::MODULE"):
                reason = f"the resources that the module {name} stands for were not read"
                yield Gap(path, reason, location=self.document.locate(key))


def _parameter(name: str, node: Node) -> Parameter:
    declared = Parameter(
        name,
        text_of(child(node, "Type")) or "String",
        None,
        tuple(text_of(item) for item in getattr(child(node, "AllowedValues"), "value", ())
              if isinstance(item, ScalarNode)),
        text_of(child(node, "NoEcho")).lower() in ("true", "yes", "on"),  # as YAML 1.1 has it
    )  # fmt: skip
    return Parameter(
        name, declared.type, _default(declared, child(node, "Default")), declared.allowed,
        declared.secret,
    )  # fmt: skip


def _default(parameter: Parameter, node: Node | None) -> object:
    if parameter.secret:
        return Unknown(
            f"the parameter {parameter.name} is a secret", f"${{{parameter.name}}}", True
        )
    if parameter.type.startswith("AWS::SSM::Parameter::"):
        reason = f"the parameter {parameter.name} is read from the Systems Manager when deployed"
        return Unknown(reason, f"${{{parameter.name}}}", True)
    if isinstance(node, ScalarNode):
        return parameter.convert(str(node.value))
    if len(parameter.allowed) == 1:
        return parameter.convert(parameter.allowed[0])
    return None


def is_template(root: Node) -> bool:
    """Whether a document is a template: by its content, since file names say nothing."""
    if not isinstance(root, MappingNode) or child(root, "Resources") is None:
        return False
    if child(root, "AWSTemplateFormatVersion") or child(root, "Transform"):
        return True
    types = [text_of(child(node, "Type")) for _, _, node in entries(child(root, "Resources"))]
    return any(type_.startswith(("AWS::", "Custom::", "Alexa::")) for type_ in types)
