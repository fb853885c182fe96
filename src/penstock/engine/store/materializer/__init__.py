"""Turns values of the generic kinds (Metrics, File, Report) into files and back."""
