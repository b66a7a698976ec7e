"""Finding the resource that a reference names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar, cast

from msgspec import Struct

from auditor.arns import Arn
from auditor.resources.base import Resource
from auditor.values import Unknown

R = TypeVar("R", bound=Resource)


class External(Struct, frozen=True):
    """The end of an edge that lies outside of what was read: an ARN, URL or name as text.

    `type` is the resource type that a name is of; an ARN or URL tells it by itself.
    """

    reference: str
    type: str = ""


Node = Resource | External | Unknown


class Index:
    """Resources by type (`by_type` has a key for each type that is there), ARN, URL and name."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.by_type: dict[type[Resource], list[Resource]] = {}
        self._by_account: dict[tuple[type[Resource], str], list[Resource]] = defaultdict(list)
        self._exact: dict[str, Resource] = {}
        self._by_part: dict[tuple[str, str], list[tuple[Arn, Resource]]] = defaultdict(list)
        # An organization gives many accounts resources of the same names.
        self._by_name: dict[tuple[type[Resource], str, str | None, str | None], Resource] = {}
        self.count = 0
        for resource in resources:
            self._add(resource)

    def _add(self, resource: Resource) -> None:
        raw = resource.raw
        self.count += 1
        self.by_type.setdefault(type(resource), []).append(resource)
        if raw.account:
            self._by_account[type(resource), raw.account].append(resource)
        if raw.url:
            self._exact[raw.url] = resource
        name = raw.name.text if isinstance(raw.name, Unknown) else raw.name
        if name:
            key = (type(resource), name, raw.account, raw.region)
            self._by_name.setdefault(key, resource)
        if raw.arn and (arn := Arn.parse(raw.arn)):
            self._exact[raw.arn] = resource
            self._by_part[arn.service, arn.resource].append((arn, resource))

    def __iter__(self) -> Iterator[Resource]:
        return chain.from_iterable(self.by_type.values())

    def of(self, cls: type[R], account: str | None = None) -> Sequence[R]:
        """The resources of a type, or those of one account."""
        found = self._by_account.get((cls, account)) if account else self.by_type.get(cls)
        return cast("list[R]", found or [])

    def named(self, cls: type[R], name: object, near: Resource) -> Node:
        """The resource of a type with that name, in the account and region of another."""
        reference = name.text if isinstance(name, Unknown) else name
        if isinstance(reference, str):
            found = self._by_name.get((cls, reference, near.raw.account, near.raw.region))
            if found is not None:
                return found
        return _unresolved(name, cls.type)

    def resolve(self, reference: object) -> Node:
        """The resource that an ARN or URL names, or what is known of it."""
        found = self._find(reference.text if isinstance(reference, Unknown) else reference)
        return found or _unresolved(reference)

    def _find(self, reference: object) -> Resource | None:
        if not isinstance(reference, str):
            return None
        if exact := self._exact.get(reference):
            return exact
        arn = Arn.parse(reference) or Arn.of_queue_url(reference)
        if arn is None:
            return None
        for part in arn.owners():
            wanted = Arn(arn.partition, arn.service, arn.region, arn.account, part)
            for candidate, resource in self._by_part.get((arn.service, part), ()):
                if wanted.may_stand_for(candidate):
                    return resource
        return None


def _unresolved(reference: object, type_: str = "") -> Node:
    if not isinstance(reference, Unknown):
        return External(str(reference), type_)
    if reference.external:
        return External(reference.text or reference.reason, type_)
    return reference
