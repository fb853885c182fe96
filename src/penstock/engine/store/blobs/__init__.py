"""Turns folders of files into immutable blobs, each at the address that its content gives it."""
