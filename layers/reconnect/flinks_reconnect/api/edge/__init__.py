"""The edge: from API Gateway's event to a request, and back to an answer."""
