"""Turns Datasets in memory, of any library, into canonical Parquet artifacts and back."""
