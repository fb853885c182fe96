"""Turns TensorFlow Metadata's messages into plain records and their JSON, and back."""
