"""Rules about functions and their asynchronous invocations."""
