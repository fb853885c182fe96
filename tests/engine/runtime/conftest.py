"""Projects in folders of their own."""

from project_folder import make_project, project

__all__ = ["make_project", "project"]
