"""Actions on rows of a list: declared, confirmed, and run in batches."""
