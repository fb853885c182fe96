"""What people touch: each app turns a person's wishes into calls of the workspace."""
