"""Rules on how services are put together."""
