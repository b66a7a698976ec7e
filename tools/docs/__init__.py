"""Writes the documents about rules from what the rules and their fixtures say."""
