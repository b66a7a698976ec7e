"""What may exist although the aggregator has no item of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct

from auditor.collectors.aggregator.items import GLOBAL
from auditor.collectors.aggregator.recorders import Coverage, Place
from auditor.collectors.aggregator.types import IAM_TYPES, KINDS
from auditor.collectors.live.reader import some_of
from auditor.findings import Gap

_UNSEEN = "none is known in the whole region, where AWS Config may not support it"
_ROLE = "AWS::IAM::Role"
_EVERYTHING = "everything"


class Doubt(Struct, frozen=True):
    """Why a place may have more of a type, or of all types, than there are items."""

    type: str
    place: Place
    reason: str


class Completeness(Struct, frozen=True):
    """Compares where there are items, by type, with what an aggregator can know.

    Of a region of an account without any item no more is said than that nobody records there.
    """

    coverage: Coverage
    places: Mapping[str, Collection[Place]]

    @property
    def read(self) -> frozenset[Place]:
        """The regions of accounts that have items."""
        found = chain.from_iterable(self.places.values())
        return frozenset(place for place in found if place[1] != GLOBAL)

    def doubts(self) -> list[Doubt]:
        """All of them, by place and type."""
        read = self.read
        known = {*self.coverage.recorders, *self.coverage.sources, *read}
        seen = {(type_, region) for type_, places in self.places.items() for _, region in places}
        found: list[Doubt] = []
        for place in sorted(known):
            if reason := self.coverage.of_place(place):
                found.append(Doubt(_EVERYTHING, place, reason))
                continue
            for type_ in sorted(KINDS.keys() - {*IAM_TYPES}):
                unseen = _UNSEEN if place in read and (type_, place[1]) not in seen else None
                if reason := self.coverage.of_type(type_, place) or unseen:
                    found.append(Doubt(type_, place, reason))
        return [*found, *self._doubts_of_identities(known)]

    def _doubts_of_identities(self, known: Iterable[Place]) -> Iterator[Doubt]:
        """They belong to no region: one recorder is enough, and every account has roles.

        AWS Config itself works with a role of the account.
        """
        roles = {account for account, _ in self.places.get(_ROLE, ())}
        places: dict[str, list[Place]] = {account: [] for account in roles}
        for place in sorted(known):
            places.setdefault(place[0], []).append(place)
        for account, several in sorted(places.items()):
            for type_ in IAM_TYPES:
                reasons = [
                    self.coverage.of_place(place) or self.coverage.of_type(type_, place)
                    for place in several
                ]
                if account not in roles:
                    reasons = ["no role is known"]
                if all(reasons):
                    reason = reasons[0] if reasons else "no recorder is known there"
                    yield Doubt(type_, (account, GLOBAL), str(reason))

    def unread_in(self, doubts: Iterable[Doubt]) -> dict[str, dict[str, str]]:
        """By account, the types that these make incomplete, in its regions that have items."""
        read = self.read
        found: dict[str, dict[str, str]] = {account: {} for account, _ in read}
        for doubt in doubts:
            account, region = doubt.place
            if region != GLOBAL and doubt.place not in read:
                continue
            unread = found.setdefault(account, {})
            for type_ in KINDS if doubt.type == _EVERYTHING else (doubt.type,):
                why = f"AWS Config may not know every {type_} in {_shown(doubt.place)}"
                for made in KINDS[type_].types:
                    unread.setdefault(made, f"{why}: {doubt.reason}")
        return found


def gaps(doubts: Iterable[Doubt]) -> tuple[Gap, ...]:
    """One gap for each type and reason, naming the first place and counting the others."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for doubt in doubts:
        groups[doubt.type, doubt.reason].append(_shown(doubt.place))
    return tuple(
        Gap(f"{type_} in {some_of(places)}", reason)
        for (type_, reason), places in sorted(groups.items())
    )


def _shown(place: Place) -> str:
    account, region = place
    return f"account {account}" if region == GLOBAL else f"{region} of account {account}"
