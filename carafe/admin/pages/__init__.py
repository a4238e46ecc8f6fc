"""Lists of the engine's own models: audit events and jobs."""
