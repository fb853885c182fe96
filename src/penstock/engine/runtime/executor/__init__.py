"""Runs tasks: each module is one way to do it."""
