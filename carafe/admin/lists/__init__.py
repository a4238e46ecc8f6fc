"""Lists of rows with search, filters, sorting, saved views, and exports."""
