"""msgaudit's rules, one folder per chapter of the guide, one module per topic."""

__distribution__ = "msgaudit"
