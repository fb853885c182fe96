"""The vocabulary: words, records and Protocols that every room shares; standard library only."""
