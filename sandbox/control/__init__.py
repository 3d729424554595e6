"""The control API and page under /_sandbox/: how a test or a person steers the sandbox."""
