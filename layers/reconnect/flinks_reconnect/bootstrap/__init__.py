"""The composition roots: the only place that builds real things, one module per function."""
