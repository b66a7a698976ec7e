"""A server that repeats recorded answers, each after the latency of a real service."""

from __future__ import annotations

import http.client
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Request = tuple[str, str, str, bytes]
Answer = tuple[int, list[tuple[str, str]], bytes]
_KEPT = ("content-type", "smithy-protocol")


class Recorder:
    """What was answered to each request. While `upstream` is given, it is asked and recorded."""

    def __init__(self, upstream: str | None, latency_seconds: float) -> None:
        self.upstream = upstream and urlsplit(upstream).netloc
        self.latency_seconds = latency_seconds
        self.answers: dict[Request, Answer] = {}
        self.calls = 0

    def answer(self, request: Request, headers: dict[str, str]) -> Answer:
        """The recorded answer, or a failure for a request that was never made before."""
        if self.upstream:
            self.answers[request] = _forwarded(self.upstream, request, headers)
        else:
            time.sleep(self.latency_seconds)
        self.calls += 1
        return self.answers.get(request, (500, [], b""))

    def serve(self, port: int = 0) -> ThreadingHTTPServer:
        """A server on the loopback address, not yet running."""
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            """Answers any request."""

            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                """The one way for all methods."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target = self.headers.get("X-Amz-Target", "")
                request = (self.command, self.path, target, body)
                status, headers, answer = recorder.answer(request, dict(self.headers))
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
