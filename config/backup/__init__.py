"""Back-up and restore of records and files: `python -m config.backup` (docs/operations.md)."""
