"""Tables as files: CSV and XLSX."""
