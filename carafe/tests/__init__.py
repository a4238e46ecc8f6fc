"""Tests of the engine, on a sample app: `bin/test --engine`."""
