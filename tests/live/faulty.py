"""A proxy in front of moto that breaks named calls and counts all of them."""

from __future__ import annotations

import http.client
import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session

from auditor.collectors.live.models import models
from auditor.collectors.live.operations import OPERATIONS, client_name, operation_name

Reply = tuple[int, str, bytes]
EMPTY: Reply = (200, "application/json", b"{}")
# Hang up without an answer.
RESET: Reply = (0, "", b"")


@dataclass(frozen=True)
class Call:
    """One request: the API operation, its body and path, and who signed it where for what."""

    operation: str
    body: str
    scope: str = ""
    path: str = ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # As many as the collector makes at once, on a machine that is slow to accept them.
    request_queue_size = 128


class FaultyAws:
    """Answers some calls itself and forwards the others to moto."""

    def __init__(self, upstream: str) -> None:
        _routes()  # here, so that not every thread reads the models
        self.upstream = urlsplit(upstream).netloc
        self.calls: Counter[str] = Counter()
        self.requests: Counter[Call] = Counter()
        self.faults: dict[str, Callable[[Call], Reply | None]] = {}
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, operation: str, reply: Reply, times: int = 10_000) -> None:
        """Give this reply to the first so many calls of an operation."""
        left = iter(range(times))
        self.faults[operation] = lambda _: reply if next(left, None) is not None else None

    def deny(self, operation: str, code: str = "AccessDeniedException", status: int = 400) -> None:
        self.answer(operation, error(code, status))

    def reply(self, call: Call) -> Reply | None:
        self.calls[call.operation] += 1
        self.requests[call] += 1
        fault = self.faults.get(call.operation)
        return fault(call) if fault else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self._serve()

            def do_GET(self) -> None:
                self._serve()

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = operation(self.command, self.path, self.headers, body)
                call = Call(name, body.decode(), scope(self.headers), self.path)
                reply = faulty.reply(call) or self._forward(body)
                if reply == RESET:
                    self._reset()
                else:
                    self._answer(reply)

            def _reset(self) -> None:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True

            def _answer(self, reply: Reply) -> None:
                status, kind, answer = reply
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                if kind == "application/cbor":
                    self.send_header("smithy-protocol", "rpc-v2-cbor")
                self.end_headers()
                self.wfile.write(answer)

            def _forward(self, body: bytes) -> Reply:
                upstream = http.client.HTTPConnection(faulty.upstream, timeout=300)
                try:
                    upstream.request(self.command, self.path, body, dict(self.headers))
                    response = upstream.getresponse()
                    kind = response.getheader("Content-Type", "")
                    return response.status, kind, response.read()
                finally:
                    upstream.close()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Keep the tests' output quiet."""

        return Handler


def scope(headers: Any) -> str:
    """The access key, date, region and service that a request was signed with."""
    found = re.search(r"Credential=([^,]+)", str(headers.get("Authorization", "")))
    return found[1] if found else ""


def call_name(action: str) -> str:
    """What the proxy calls an action: as its operation, where no other service has one like it."""
    return "GetRestResources" if action == "apigateway:GetResources" else operation_name(action)


def operation(method: str, path: str, headers: Any, body: bytes) -> str:
    """The API operation of a request."""
    if target := headers.get("X-Amz-Target"):
        return str(target).rpartition(".")[2]
    if "/operation/" in path:
        return path.rpartition("/")[2]
    if b"Action=" in body:
        return parse_qs(body.decode())["Action"][0]
    plain = f"{method} {urlsplit(path).path}"
    signed_for = scope(headers).split("/")[-2:-1]
    return next(
        (
            name
            for service, pattern, query, name in _routes()
            if [service] == signed_for and re.fullmatch(pattern, plain) and query in path
        ),
        plain,
    )


@cache
def _routes() -> list[tuple[str, str, str, str]]:
    """Service, path, query and operation of the listed calls whose services go by the path."""
    session = botocore.session.Session()
    session.register_component("data_loader", models(None))
    routes = []
    for action in OPERATIONS:
        model = session.get_service_model(client_name(action))
        if model.metadata["protocol"].startswith("rest-"):
            http = model.operation_model(operation_name(action)).http
            place, _, query = http["requestUri"].partition("?")
            pattern = re.sub(r"\{[^}]*\}", "[^/]+", place.rstrip("/")) + "/?"
            routes.append(
                (model.signing_name, f"{http['method']} {pattern}", query, call_name(action))
            )
    return routes


def answer(**body: object) -> Reply:
    """An answer of the JSON protocols."""
    return 200, "application/json", json.dumps(body).encode()


def error(code: str, status: int = 400, message: str = "refused by the test") -> Reply:
    """An error that botocore understands in every protocol but XML."""
    body = json.dumps({"__type": code, "message": message}).encode()
    return status, "application/x-amz-json-1.0", body


def xml_error(code: str, status: int = 403, message: str = "no") -> Reply:
    """An error of the query protocol."""
    said = f"<Code>{code}</Code><Message>{message}</Message>"
    body = f"<ErrorResponse><Error>{said}</Error></ErrorResponse>"
    return status, "text/xml", body.encode()
