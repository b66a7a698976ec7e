"""Our rules beside those of other tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from auditor.data.peers import Concept, Contradiction, Peers
from tools.docs.coverage import Rules, linked
from tools.docs.markdown import document as markdown
from tools.docs.markdown import escaped, table


def document(known: Peers, rules: Rules) -> str:
    """What each peer checks about messaging and what we do, then where peers contradict."""
    concepts = sorted(known.concepts, key=lambda concept: concept.service)
    return markdown(
        "# Rules of other tools",
        "What other tools check about AWS messaging, read from their sources and lists, and which"
        " rule of msgaudit looks at the same, or why none does. Cloud Custodian is left out: it"
        " ships no rules. Ids without a link are rules that are still to come.",
        f"Read on {known.date}: "
        + "; ".join(f"{tool} {escaped(version)}" for tool, version in known.read.items())
        + ".",
        "## Where they contradict each other",
        *map(_question, known.contradictions),
        *(
            block
            for service, part in groupby(concepts, lambda concept: concept.service)
            for block in _service(service, list(part), rules)
        ),
    )


def _question(question: Contradiction) -> str:
    return (
        f"**{escaped(question.about)}** {escaped(question.peers)}\n\n"
        f"msgaudit: {escaped(question.ours)}"
    )


def _service(service: str, concepts: Sequence[Concept], rules: Rules) -> Iterator[str]:
    yield f"## {service}"
    yield table(
        ("what is flagged", "from", "by", "msgaudit", "how it differs, or why not"),
        map(partial(_line, rules), concepts),
    )


def _line(rules: Rules, concept: Concept) -> tuple[str, ...]:
    return (
        escaped(concept.means),
        concept.source,
        "; ".join(f"{tool}: {escaped(ids)}" for tool, ids in concept.peers.items()),
        ", ".join(_named(id_, rules) for id_ in concept.rules) or "none",
        escaped(concept.note),
    )


def _named(id_: str, rules: Rules) -> str:
    pedantic = id_ in rules and rules[id_].pedantic
    return linked(id_, rules) + (" (pedantic)" if pedantic else "")
