"""The language server, on standard input and output."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from auditor import __version__
from auditor.config.files import NAMES
from auditor.errors import UsageError
from auditor.findings import Finding
from auditor.loading import load_rules
from auditor.lsp.messages import Page, diagnostic, edits, explained, place, unread
from auditor.lsp.session import Auditor, Text

# While somebody types, only the latest text is audited.
_PAUSE_SECONDS = 0.01


class Server(LanguageServer):
    """Remembers the latest audited text of each document, and the audits that wait."""

    def __init__(self, audit: Auditor) -> None:
        super().__init__("msgaudit", __version__)
        self.audit = audit
        self.texts: dict[str, Text] = {}
        self.waiting: dict[str, asyncio.TimerHandle] = {}
        self.shown = ""

    def text(self, uri: str) -> Text:
        """The audited text of a document as it is now."""
        document = self.workspace.get_text_document(uri)
        path = document.path or "" if uri.startswith("file:") else ""
        now = Text(path, document.source, self.audit)
        if self.texts.get(uri) != now:
            self.texts[uri] = now
        return self.texts[uri]

    def publish(self, uri: str) -> None:
        """Audit a document and show what was found."""
        self.waiting.pop(uri, None)
        text, document = self.text(uri), self.workspace.get_text_document(uri)
        page = Page(document)
        problem, found = "", list[types.Diagnostic]()
        try:
            found = [diagnostic(item, page) for item in text.findings]
            found += [unread(gap, page) for gap in text.gaps]
        except UsageError as error:  # such as a file of parameters that is not there
            problem = str(error)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, document.version)
        )
        self.complain(self.audit.problem or problem)

    def complain(self, problem: str) -> None:
        """Show what is wrong with the configuration, once."""
        if problem and problem != self.shown:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, problem))
        self.shown = problem

    def refresh(self) -> None:
        """Audit all open documents anew: what they depend on has changed."""
        self.texts.clear()
        for uri in list(self.workspace.text_documents):
            self.publish(uri)

    def findings_at(self, uri: str, range_: types.Range) -> Iterator[Finding]:
        """The findings that touch a range of the client."""
        page = Page(self.workspace.get_text_document(uri))
        for finding in self.text(uri).findings:
            shown = place(finding.location, page)
            if shown.start <= range_.end and range_.start <= shown.end:
                yield finding


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    server.publish(params.text_document.uri)


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri in server.waiting:
        server.waiting[uri].cancel()
    loop = asyncio.get_running_loop()
    server.waiting[uri] = loop.call_later(_PAUSE_SECONDS, server.publish, uri)


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.texts.pop(uri, None)
    if uri in server.waiting:
        server.waiting.pop(uri).cancel()
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def _saved(server: Server, _params: types.DidSaveTextDocumentParams) -> None:
    server.refresh()


def _watched(server: Server, _params: types.DidChangeWatchedFilesParams) -> None:
    server.refresh()


async def _ready(server: Server, _params: types.InitializedParams) -> None:
    """Ask editors that can to tell when a configuration changes, however that happens."""
    workspace = server.client_capabilities.workspace
    watching = workspace and workspace.did_change_watched_files
    if not (watching and watching.dynamic_registration):
        return
    watchers = [types.FileSystemWatcher(f"**/{name}") for name in NAMES]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    registration = types.Registration("configuration", method, options)
    await server.client_register_capability_async(types.RegistrationParams([registration]))


def _hovered(server: Server, params: types.HoverParams) -> types.Hover | None:
    here = types.Range(params.position, params.position)
    ids = [item.rule for item in server.findings_at(params.text_document.uri, here)]
    texts = [explained(rule) for rule in load_rules() if rule.id in ids]
    if not texts:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(texts))
    return types.Hover(content)


def _actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    text, page = server.text(uri), Page(server.workspace.get_text_document(uri))
    offered = []
    for finding in server.findings_at(uri, params.range):
        about = [item for item in params.context.diagnostics if item.data == finding.fingerprint]
        for title, after, preferred in (
            (f"Fix {finding.rule} {finding.name}", text.fixed(finding), True),
            (f"Suppress {finding.rule} on {finding.resource.id}", text.suppressed(finding), False),
        ):
            if after is not None:
                edit = types.WorkspaceEdit({uri: list(edits(after, page))})
                kind = types.CodeActionKind.QuickFix
                offered.append(types.CodeAction(title, kind, about, preferred, edit=edit))
    return offered


def run(audit: Auditor) -> None:
    """Serve one editor until it hangs up."""
    server = Server(audit)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_opened)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_saved)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_watched)
    server.feature(types.INITIALIZED)(_ready)
    server.feature(types.TEXT_DOCUMENT_HOVER)(_hovered)
    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)(_actions)
    server.start_io()
