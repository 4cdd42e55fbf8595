"""Benchmarks of the models on held-out music, beside floors that any model must clear."""
