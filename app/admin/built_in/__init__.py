"""The lists of the features above the administration."""
