"""The state machine of a refresh: `step`, and its rules by status."""
