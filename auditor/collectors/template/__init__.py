"""Reads templates: CloudFormation, SAM, and what the CDK writes."""
