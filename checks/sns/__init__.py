"""Rules about topics and subscriptions."""
