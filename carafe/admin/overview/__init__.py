"""The overview of the administration: cards and charts that features add to."""
