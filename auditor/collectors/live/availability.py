"""Whether a service is offered in a region: where it is not, there is nothing to read."""

from __future__ import annotations

import socket
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from auditor.collectors.live.session import Clients


def offered(clients: Clients, service: str, region: str) -> bool:
    """Whether a region has a service, as far as botocore or the name of its endpoint tells.

    botocore's list lags behind AWS, so that only a name that does not exist counts as proof, and
    only if another name there does: behind a proxy no name may resolve.
    """
    if clients.endpoint_url or _listed(clients, service, region):
        return True
    return _exists(clients, service, region) or not _exists(clients, "sts", region)


def _listed(clients: Clients, service: str, region: str) -> bool:
    """Services of a whole partition have no regions in the list."""
    session = clients.session
    partition = session.get_partition_for_region(region)
    regions = session.get_available_regions(service, partition)
    return not regions or region in regions


def _exists(clients: Clients, service: str, region: str) -> bool:
    return _resolves(str(urlsplit(clients.get(service, region).meta.endpoint_url).hostname))


@cache
def _resolves(host: str) -> bool:
    """Whether a name exists; one that cannot be asked for now may exist."""
    try:
        socket.getaddrinfo(host, None)
    except socket.gaierror as error:
        return error.errno != socket.EAI_NONAME
    return True
