"""What is done with rows of a list: declared, confirmed, and carried out chunk by chunk."""
