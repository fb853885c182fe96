"""Turns a feature of the schema and its statistics into problems: one table of checks."""
