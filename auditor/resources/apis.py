"""API Gateway: what an API does with a request."""

from __future__ import annotations

from typing import ClassVar

from auditor.data.api_integrations import (
    REST_TIMEOUT_DEFAULT_MILLISECONDS,
    TIMEOUT_DEFAULT_MILLISECONDS,
)
from auditor.resources.base import Resource
from auditor.values import Readable, View, integer, view


class ApiCaller(Resource):
    """What an API calls with a request; its role stands at `role_at`."""

    role_at: ClassVar[tuple[str, ...]] = ()

    @property
    def waits(self) -> float:
        """The seconds that the API waits for an answer."""
        raise NotImplementedError


class ApiIntegration(ApiCaller):
    """The integration of an HTTP or WebSocket API."""

    type = "AWS::ApiGatewayV2::Integration"
    role_at = ("CredentialsArn",)

    timeout = Readable("TimeoutInMillis", integer, TIMEOUT_DEFAULT_MILLISECONDS)

    @property
    def waits(self) -> float:
        """The seconds that the API waits for an answer."""
        return self.timeout / 1000


class RestIntegration(View):
    """What a method of a REST API calls."""

    timeout = Readable("TimeoutInMillis", integer, REST_TIMEOUT_DEFAULT_MILLISECONDS)


class RestMethod(ApiCaller):
    """A method of a REST API with its integration."""

    type = "AWS::ApiGateway::Method"
    role_at = ("Integration", "Credentials")

    integration = Readable("Integration", view(RestIntegration))

    @property
    def waits(self) -> float:
        """The seconds that the API waits for an answer."""
        return self.integration.timeout / 1000
