"""An editor, as far as the language server is concerned: the real process, over its own pipes."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import Any

from tests.cli.process import command

Json = dict[str, Any]


class Client:
    """Speaks JSON-RPC with `msgaudit lsp`; each request waits for its answer."""

    def __init__(self, folder: Path, capabilities: Json | None = None) -> None:
        self._process = subprocess.Popen(
            command("lsp"), cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        # A server that fails to answer would keep its editor waiting forever.
        self._deadline = threading.Timer(300, self._process.kill)
        self._deadline.daemon = True
        self._deadline.start()
        self._number = 0
        self._uri = ""
        self._diagnostics: list[Json] = []
        self.noted: list[Json] = []
        params = {"capabilities": capabilities or {}, "processId": None}
        self.capabilities = self.ask("initialize", params)
        self.tell("initialized", {})

    def ask(self, method: str, params: Json) -> Any:
        """The result of a request."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while (message := self._receive()).get("id") != self._number:
            self._note(message)
        assert "error" not in message, message["error"]
        return message["result"]

    def tell(self, method: str, params: Json) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def open(self, uri: str, text: str) -> list[Json]:
        """Open a document; the diagnostics on it."""
        self._uri = uri
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return self.diagnostics(1)

    def change(self, uri: str, version: int, text: str) -> None:
        """Replace the whole text."""
        changes = [{"text": text}]
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": changes}
        self.tell("textDocument/didChange", params)

    def diagnostics(self, version: int | None) -> list[Json]:
        """Wait for the diagnostics on a version of the document that was opened last."""
        while True:
            for params in self._diagnostics:
                if (params["uri"], params.get("version")) == (self._uri, version):
                    self._diagnostics.clear()
                    return list(params["diagnostics"])
            self._note(self._receive())

    def shut(self, uri: str) -> list[Json]:
        """Close a document; the diagnostics that are left."""
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
        return self.diagnostics(None)

    def wait_for(self, method: str) -> Json:
        """Wait for something else that the server says or asks."""
        while True:
            for message in self.noted:
                if message["method"] == method:
                    self.noted.remove(message)
                    return dict(message["params"])
            self._note(self._receive())

    def close(self) -> int:
        """End the server as editors do; its exit status."""
        self.ask("shutdown", {})
        self.tell("exit", {})
        self._deadline.cancel()
        return self._process.wait(timeout=30)

    def kill(self) -> None:
        """End the server, whatever state it is in."""
        self._deadline.cancel()
        self._process.kill()
        self._process.communicate()

    def _note(self, message: Json) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics.append(message["params"])
        elif "method" in message:
            self.noted.append(message)

    def _send(self, message: Json) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> Json:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has hung up"
        received: Json = json.loads(self._process.stdout.read(length))
        return received


def applied(text: str, edits: list[Json]) -> str:
    """The text after edits whose positions count UTF-16 units, as is the protocol's default."""
    lines = text.splitlines(keepends=True)

    def offset(position: Json) -> int:
        before = "".join(lines[: position["line"]])
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        units = line.encode("utf-16-le")[: 2 * position["character"]]
        return len(before) + len(units.decode("utf-16-le"))

    for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        start, end = (offset(edit["range"][name]) for name in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text
