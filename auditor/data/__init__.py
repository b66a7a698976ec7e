"""Facts about AWS that rules compare with: numbers, names, tables, each with its source."""
