"""Rules on EventBridge Scheduler."""
