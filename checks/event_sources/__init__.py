"""Rules about Lambda event source mappings."""
