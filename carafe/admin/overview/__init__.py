"""The overview: cards and charts that features add."""
