"""Rules on Amazon Data Firehose."""
