"""Turns commands typed in a shell into calls of the workspace, and what happened into text or JSON."""
