"""Faults of AWS as botocore raises them, for fakes that are no kinder than the real thing."""

from botocore.exceptions import ClientError, ReadTimeoutError


def throttled(operation: str) -> ClientError:
    """DynamoDB has had too many requests of this partition."""
    return _client_error("ProvisionedThroughputExceededException", 400, operation)


def unavailable(operation: str) -> ClientError:
    """The service answers 503, however often botocore tried."""
    return _client_error("ServiceUnavailable", 503, operation)


def refused(operation: str) -> ClientError:
    """DynamoDB will never take this row."""
    return _client_error("ValidationException", 400, operation)


def timed_out() -> ReadTimeoutError:
    """Nobody knows what became of it."""
    return ReadTimeoutError(endpoint_url="https://dynamodb.invalid")


def _client_error(code: str, status: int, operation: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": code},
            "ResponseMetadata": {
                "RequestId": "",
                "HostId": "",
                "HTTPStatusCode": status,
                "HTTPHeaders": {},
                "RetryAttempts": 2,
            },
        },
        operation,
    )
