"""What rules on VPC endpoints ask."""

from __future__ import annotations

from auditor.data.endpoints import MESSAGING_ENDPOINTS
from auditor.resources import VpcEndpoint
from auditor.values import Unknown

GUIDE = "Network Security (lines 1108-1120)"


def endpoint_service(endpoint: VpcEndpoint) -> str:
    """The last part of the service name; raises `UndeterminedError` when that is unknown."""
    value = endpoint.peek("ServiceName")
    partly = isinstance(value, Unknown) and value.text and not value.text.endswith("}")
    name = str(value.text) if isinstance(value, Unknown) and partly else endpoint.service_name
    return name.rpartition(".")[2].removesuffix("-fips")


def serves_messaging(endpoint: VpcEndpoint) -> bool:
    """Whether it is an interface endpoint of a messaging service."""
    return endpoint.endpoint_type == "Interface" and (
        endpoint_service(endpoint) in MESSAGING_ENDPOINTS
    )
