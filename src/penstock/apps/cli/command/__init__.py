"""One module per command; each offers its Typer as ``app`` and is imported only when called."""
