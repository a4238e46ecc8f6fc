"""CSV imports: map columns to fields, check all rows, and import them."""
