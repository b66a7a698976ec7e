"""Rules about EventBridge Pipes."""
