from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.findings import Location
from auditor.report import Report
from reports.asff import AsffReporter
from reports.csv import CsvReporter
from reports.excerpt import marked
from reports.github import GithubReporter
from reports.gitlab import GitlabReporter
from reports.html import HtmlReporter
from reports.json import JsonReporter
from reports.junit import JunitReporter
from reports.markdown import MarkdownReporter
from reports.ocsf import OcsfReporter
from reports.safe import visible
from reports.sarif import SarifReporter
from reports.text import TextReporter
from tests.reporting import samples

any_text = st.text(alphabet=st.characters(), min_size=1)
few = settings(max_examples=60, derandomize=True, deadline=None)


class Counter(HTMLParser):
    """Counts the elements of a document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@few
@given(any_text)
def test_text_reports_print_whatever_they_are_given(text: str) -> None:
    rendered = TextReporter().render(samples.hostile((text,)))

    assert all(line.isprintable() for line in rendered.split("\n"))
    assert rendered.encode()


@few
@given(any_text)
def test_json_reports_give_back_whatever_they_are_given(text: str) -> None:
    rendered = JsonReporter().render(samples.hostile((text,)))

    assert json.loads(rendered.encode())["findings"][0]["message"] == text


@few
@given(any_text)
def test_sarif_reports_can_always_be_read(text: str) -> None:
    run = json.loads(SarifReporter().render(samples.hostile((text,))).encode())["runs"][0]

    assert run["results"][0]["message"]["text"].isprintable()


@few
@given(any_text)
def test_html_reports_have_the_same_elements_whatever_they_are_given(text: str) -> None:
    rendered = HtmlReporter().render(samples.hostile((text,)))

    assert rendered.encode()
    assert Counter(rendered).tags == Counter(HtmlReporter().render(samples.hostile(("x",)))).tags


@few
@given(any_text)
def test_markdown_reports_have_the_same_prose_whatever_they_are_given(text: str) -> None:
    assert prose(text) == prose("x")


def prose(text: str) -> list[str]:
    markdown = MarkdownReporter().render(samples.hostile((text,)))
    html = MarkdownIt("commonmark").enable("table").render(markdown)
    return re.sub(r"<code>[^<]*</code>", "", html).split()


@few
@given(any_text)
def test_annotations_are_the_same_commands_whatever_they_are_given(text: str) -> None:
    for made in (samples.hostile, samples.hostile_account):
        assert commands(made((text,))) == commands(made(("x",)))


def commands(report: Report) -> list[tuple[str, list[str]]]:
    lines = GithubReporter().render(report).split("\n")
    heads = [line.split("::")[1] for line in lines if line]
    return [(head.split(" ")[0], re.findall(r"(?:^\S+ |,)(\w+)=", head)) for head in heads]


@few
@given(any_text)
def test_junit_reports_can_always_be_read(text: str) -> None:
    for made in (samples.hostile((text,)), samples.hostile_account((text,))):
        root = ET.fromstring(JunitReporter().render(made).encode())

        assert [len(suite) for suite in root] == [2, 1]


@few
@given(any_text)
def test_csv_reports_have_the_same_cells_whatever_they_are_given(text: str) -> None:
    rendered = CsvReporter().render(samples.hostile((text,)))
    rows = list(csv.reader(io.StringIO(rendered, newline=""), strict=True))

    assert rendered.encode()
    assert [len(row) for row in rows] == [23] * 6
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row
    )


@few
@given(any_text)
def test_other_json_formats_can_always_be_read(text: str) -> None:
    templates, account = samples.hostile((text,)), samples.hostile_account((text,))

    assert len(json.loads(GitlabReporter().render(templates).encode())) == 1
    assert len(json.loads(OcsfReporter().render(templates).encode())) == 2
    assert len(json.loads(OcsfReporter().render(account).encode())) == 2
    assert len(json.loads(AsffReporter().render(account).encode())[0]["Findings"]) == 2


@few
@given(
    st.text(st.characters(max_codepoint=127)),
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(20, 60),
)
def test_excerpts_fit_and_their_marker_is_under_them(
    text: str, column: int, end: int, width: int
) -> None:
    source, marker = marked(Location("a.yaml", 1, column, 1, end, text), width)

    assert source == visible(source)
    assert marker.strip(" ").strip("^") == ""
    assert len(source) <= width
    assert len(marker) <= len(source) + 1
