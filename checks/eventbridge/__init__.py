"""Rules about event buses, rules and targets."""
