"""A server that repeats recorded answers, each after the latency of a real service."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from benchmarks.actions import Request, action

Answer = tuple[int, list[tuple[str, str]], bytes]
_KEPT = ("content-type", "smithy-protocol")
_FAILURE: Answer = (500, [], b"")


class Recorder:
    """What was answered to each request. While `upstream` is given, it is asked and recorded.

    `lacking` are answers to actions that upstream does not have.
    """

    def __init__(self, upstream: str | None, lacking: Mapping[str, object] | None = None) -> None:
        self.upstream = upstream and urlsplit(upstream).netloc
        self.latency_seconds = 0.0
        self._lacking = lacking or {}
        self.answers: dict[Request, Answer] = {}
        self._asked: list[tuple[Request, str, int]] = []

    @property
    def calls(self) -> int:
        """How often it was asked."""
        return len(self._asked)

    def forget_calls(self) -> None:
        """Count from nought again."""
        self._asked.clear()

    def actions(self) -> Counter[str]:
        """How often it was asked for each action."""
        return Counter(action(request, signed) for request, signed, _ in self._asked)

    def failures(self) -> Counter[str]:
        """How often each action had an answer that makes a client try again."""
        return Counter(
            action(request, signed)
            for request, signed, status in self._asked
            if status >= _FAILURE[0]
        )

    def answer(self, request: Request, headers: dict[str, str]) -> Answer:
        """The recorded answer, or a failure for a request that was never made before."""
        signed = headers.get("Authorization", "")
        if self.upstream:
            self.answers[request] = _forwarded(self.upstream, request, headers)
        answer = self.answers.get(request, _FAILURE)
        if answer[0] >= _FAILURE[0]:
            answer = self._spare(action(request, signed)) or answer
        self._asked.append((request, signed, answer[0]))
        return answer

    def _spare(self, action_: str) -> Answer | None:
        if action_ not in self._lacking:
            return None
        return (
            200,
            [("Content-Type", "application/json")],
            json.dumps(self._lacking[action_]).encode(),
        )

    def start(self) -> str:
        """Serve from threads of this process; the URL."""
        server = self.serve()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def serve(self, port: int = 0) -> ThreadingHTTPServer:
        """A server on the loopback address, not yet running."""
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            """Answers any request."""

            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            begun = 0.0

            def parse_request(self) -> bool:
                """Note when a request begins: what this server itself takes is no latency."""
                self.begun = time.monotonic()
                return super().parse_request()

            def do_POST(self) -> None:
                """The one way for all methods."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target = self.headers.get("X-Amz-Target", "")
                request = Request(self.command, self.path, target, body)
                status, headers, answer = recorder.answer(request, dict(self.headers))
                time.sleep(max(0.0, self.begun + recorder.latency_seconds - time.monotonic()))
                self.send_response(status)
                for name, value in (*headers, ("Content-Length", str(len(answer)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Only the result is of interest."""

        class Server(ThreadingHTTPServer):
            """Takes as many connections at once as a service."""

            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up has lost its patience with moto, and asks again."""

        return Server(("127.0.0.1", port), Handler)


def _forwarded(upstream: str, request: Request, headers: dict[str, str]) -> Answer:
    method, path, _, body = request
    connection = http.client.HTTPConnection(upstream, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        kept = [(name, value) for name, value in response.getheaders() if name.lower() in _KEPT]
        return response.status, kept, response.read()
    finally:
        connection.close()
