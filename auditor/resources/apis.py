"""API Gateway: what an API does with a request."""

from __future__ import annotations

from auditor.data.api_integrations import TIMEOUT_DEFAULT_MILLISECONDS
from auditor.resources.base import Resource
from auditor.values import Readable, integer, mapping, text

NO_PARAMETERS: dict[str, object] = {}


class ApiIntegration(Resource):
    """The integration of an HTTP or WebSocket API."""

    type = "AWS::ApiGatewayV2::Integration"

    subtype = Readable("IntegrationSubtype", text, "")
    request_parameters = Readable("RequestParameters", mapping, NO_PARAMETERS)
    timeout = Readable("TimeoutInMillis", integer, TIMEOUT_DEFAULT_MILLISECONDS)
