"""Rules about VPC endpoints of messaging services."""
