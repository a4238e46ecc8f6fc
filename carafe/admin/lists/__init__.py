"""Lists of rows: searched, filtered, sorted, seen as each wants, and exported."""
