"""Turns the data room's answers about files into pages of text, JSON and reports: the commands of `penstock data`."""
