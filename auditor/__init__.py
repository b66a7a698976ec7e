"""msgaudit's engine: resources, graph, rules, findings."""

__distribution__ = "msgaudit"
__version__ = "0.1.0"
