"""Rows out of a CSV file: columns are chosen, all rows checked, and then they are brought in."""
