"""Pictures that users upload: checked, shrunk, and drawn anew."""
