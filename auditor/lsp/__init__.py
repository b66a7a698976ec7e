"""The language server: findings while typing, explanations, fixes and suppressions."""
