"""What `make up` can fail with: a sentence for a person, and what to do about it."""


class LocalError(Exception):
    """Something a person has to know or do; shown without a traceback."""


class PortTakenError(LocalError):
    """Another program listens where one of ours has to."""
