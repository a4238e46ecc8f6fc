"""The page of a row: its form, related rows, history, and deletion."""
