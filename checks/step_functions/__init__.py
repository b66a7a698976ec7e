"""Rules about state machines."""
