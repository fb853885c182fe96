"""The machinery: turns Python functions into recorded, cached and resumable runs; knows no machine learning."""
