"""The logger, once. What a line may carry: ids of ours, codes, counts, times."""

from aws_lambda_powertools import Logger

logger = Logger(utc=True)
"""Writes JSON lines. Never an event, a body, a LoginId, a RequestId or a token (rule R12)."""
