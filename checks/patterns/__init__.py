"""Rules about how services are put together around functions."""
