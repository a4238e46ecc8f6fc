"""Pictures that users upload: checked, shrunk, and redrawn."""
