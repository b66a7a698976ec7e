"""Fixes: changes of a template's text that remove a finding and leave all else as it is."""
