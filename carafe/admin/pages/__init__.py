"""Lists of what the features above the administration keep."""
