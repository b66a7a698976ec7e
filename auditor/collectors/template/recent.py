"""Templates that were read lately: those of a large repository do not all stay in memory."""

from __future__ import annotations

from auditor.collectors.template.template import Template

# In bytes of their texts; parsed, they take about 45 times as much memory.
_LIMIT = 1_000_000


class Recent:
    """Templates by their keys, the one used last at the end."""

    def __init__(self) -> None:
        self._templates: dict[str, Template] = {}
        self._size = 0

    def get(self, key: str) -> Template | None:
        """The template with a key if it is still there."""
        template = self._templates.pop(key, None)
        if template is not None:
            self._templates[key] = template
        return template

    def keep(self, template: Template) -> None:
        """Add what `get` did not find."""
        self._templates[template.key] = template
        self._size += len(template.document.text)

    def forget(self) -> None:
        """Let go of those that were used longest ago, where they are too many.

        What is read anew has other nodes: never in the middle of reading a stack.
        """
        while self._size > _LIMIT:
            oldest = next(iter(self._templates))
            self._size -= len(self._templates.pop(oldest).document.text)
