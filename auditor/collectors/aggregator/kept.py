"""What of all items the audit is about, and what hangs on several of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from auditor.collectors.live.aliases import qualified
from auditor.collectors.live.functions import unread_permissions
from auditor.collectors.live.kms import dereferenced, referenced
from auditor.resources import Key, KeyAlias, SecurityGroup, VpcEndpoint
from auditor.resources.base import RawResource
from auditor.values import Unknown

_NO_POLICY = Unknown("AWS Config does not record the policies of versions and aliases")


def kept(resources: Iterable[RawResource]) -> list[RawResource]:
    """The resources without keys that nobody uses, and security groups that guard no endpoint."""
    places: dict[tuple[str | None, str | None], list[RawResource]] = defaultdict(list)
    for raw in resources:
        places[raw.account, raw.region].append(raw)
    return [raw for there in places.values() for raw in _kept(there)]


def _kept(resources: Sequence[RawResource]) -> Iterator[RawResource]:
    region, account = str(resources[0].region), resources[0].account
    targets = {str(raw.name): str(raw.properties.get("TargetKeyId"))
               for raw in resources if raw.type == KeyAlias.type}  # fmt: skip
    keys = dereferenced(referenced(resources, region, account), targets)
    groups = {str(id_) for raw in resources if raw.type == VpcEndpoint.type
              for id_ in raw.properties.get("SecurityGroupIds") or ()}  # fmt: skip
    for raw in resources:
        name = targets.get(str(raw.name)) if raw.type == KeyAlias.type else raw.name
        if raw.type in (Key.type, KeyAlias.type) and name not in keys:
            continue
        if raw.type != SecurityGroup.type or raw.name in groups:
            yield raw
    for arn in qualified(resources, region):
        permission = unread_permissions(arn, _NO_POLICY)
        yield RawResource(
            permission.type, permission.id, permission.properties, account=account, region=region
        )
