"""The page about one row: its form, the rows that belong to it, its history, its deletion."""
