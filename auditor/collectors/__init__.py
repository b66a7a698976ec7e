"""Collectors: from templates or a live account to resources in CloudFormation's words."""
