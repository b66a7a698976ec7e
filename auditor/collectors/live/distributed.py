"""Reading accounts on other machines: each region of an account by whichever worker has time.

A worker is told names only (profile, account, role, region) and finds credentials as any AWS tool
on its machine would. It answers with a snapshot; what lies between accounts is judged afterwards.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from auditor.collectors.live.accounts import Account, Scope, open_accounts
from auditor.collectors.live.collector import LiveCollector, reading_of, unique
from auditor.collectors.live.limits import Limits
from auditor.collectors.live.metrics import Traffic
from auditor.collectors.live.reader import Log
from auditor.errors import MsgauditError, NothingAuditedError
from auditor.findings import Gap
from auditor.inventory import Unit
from auditor.loading import load_rules
from auditor.resources import TYPES
from auditor.resources.base import RawResource
from auditor.snapshot import SnapshotCollector, write
from auditor.tasks import Failure, Workers, outcomes
from auditor.traffic import needed


class Part(Struct, frozen=True):
    """A region of an account; with the `first` of an account goes what is the same in all.

    `rules` are the ids of those whose metrics are asked for, over so many days of `window`.
    """

    scope: Scope
    account: str | None
    region: str
    first: bool
    endpoint_url: str | None
    max_rps: float | None
    rules: tuple[str, ...]
    window: int

    @property
    def shown(self) -> str:
        """What a person calls it."""
        return f"{self.region} of account {self.account or 'unknown'}"


def read_part(part: Part) -> bytes | Gap:
    """The snapshot of a part, or why it could not be read; runs on a worker."""
    rules = [rule for rule in load_rules() if rule.id in part.rules]
    collector = LiveCollector(
        part.scope, part.endpoint_url, max_rps=part.max_rps,
        traffic=Traffic(needed(rules), part.window), whole=False, first=part.first,
    )  # fmt: skip
    try:
        (unit,) = collector.collect()
    except MsgauditError as error:
        return Gap(part.shown, str(error), getattr(error, "permission", None))
    if part.account and unit.accounts != (part.account,):
        others = ", ".join(unit.accounts) or "none that it knows"
        return Gap(part.shown, f"the worker has credentials of another account: {others}")
    file = io.BytesIO()
    write(unit, file)
    return file.getvalue()


class DistributedCollector(Struct, frozen=True):
    """Reads what `local` would, with workers; a part counts once, whoever read it."""

    local: LiveCollector
    workers: Workers
    rules: tuple[str, ...]
    window: int

    def collect(self) -> Iterator[Unit]:
        """All accounts as one unit; raises what the local collector raises."""
        scope, url = self.local.scope, self.local.endpoint_url
        accounts, gaps = open_accounts(scope, url, self.local.attempts, Limits(None, {}))
        parts = [self._part(account, region) for account in accounts for region in account.regions]
        found: list[RawResource] = []
        logs: dict[str | None, Log] = defaultdict(Log)
        failed = []
        with TemporaryDirectory() as folder:
            for part, result in zip(parts, self._results(parts, Path(folder)), strict=True):
                if isinstance(result, Gap):
                    failed.append(result)
                    logs[part.account].unread |= dict.fromkeys(TYPES, result.reason)
                    continue
                (unit,) = result.collect()
                (reading,) = unit.readings
                found += (*reading.resources, *reading.context)
                logs[part.account].unread |= reading.unread
                gaps += unit.gaps
        if len(failed) == len(parts):
            raise NothingAuditedError(f"{failed[0].what}: {failed[0].reason}")
        own = [logs[account.id] for account in accounts]
        yield Unit(
            "", (reading_of(unique(found), accounts, own),), (*gaps, *failed),
            tuple(account.id for account in accounts if account.id),
            tuple(dict.fromkeys(part.region for part in parts)),
        )  # fmt: skip

    def _part(self, account: Account, region: str) -> Part:
        role = self.local.scope.account_role
        accounts = (account.id,) if role and account.id else ()
        profiles = (account.profile,) if account.profile else ()
        scope = Scope(profiles, (region,), accounts=accounts, account_role=role)
        return Part(
            scope, account.id, region, region == account.regions[0],
            self.local.endpoint_url, self.local.max_rps, self.rules, self.window,
        )  # fmt: skip

    def _results(self, parts: Sequence[Part], folder: Path) -> list[SnapshotCollector | Gap]:
        """What became of each part; snapshots wait in files."""
        found: dict[int, SnapshotCollector | Gap] = {}
        for number, result in outcomes(read_part, parts, self.workers):
            part = parts[number]
            if isinstance(result, Failure):  # a bug, or workers that died of it again and again
                found[number] = Gap(part.shown, f"no worker could read it: {result.reason}")
            elif isinstance(result, Gap):
                found[number] = result
            else:
                file = folder / str(number)
                file.write_bytes(result)
                found[number] = SnapshotCollector(str(file))
            left = len(parts) - len(found)
            self.local.progress(f"{part.shown}; {left} of {len(parts)} left")
        return [found[number] for number in range(len(parts))]
