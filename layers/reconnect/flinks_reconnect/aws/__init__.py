"""Storage, queues, bus and secrets: the ports over AWS."""
