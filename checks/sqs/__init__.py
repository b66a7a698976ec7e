"""Rules about queues."""
