"""The configuration: one file, then the environment, then the command line."""

from __future__ import annotations

from auditor.config.model import Configuration
from auditor.config.settings import NONE, configuration

__all__ = ["NONE", "Configuration", "configuration"]
