"""Takes over any number of connections from a file, by batches; may be stopped and run again."""
