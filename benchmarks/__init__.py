"""How fast msgaudit is, beside the floor and beside other tools: ratios, never assertions."""
