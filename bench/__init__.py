"""Experiments on a bad day and measurements of a good one: `make bench`, or one of them alone."""
