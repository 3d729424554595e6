#!/bin/sh
# The person pressed Refresh: ask for fresh data of a stored login. Prints the refresh.
# LOGIN_ID=... ACCOUNTS='["...", "..."]' sh start.sh
# ACCOUNTS are the ids that the person chose once, or the word "all". With the same PRESS as
# before nothing starts twice.
. "$(dirname "$0")/call.sh"

call POST /refreshes \
  --header "Content-Type: application/json" \
  --header "Idempotency-Key: ${PRESS:-$(date +%s).$$}" \
  --data '{
    "loginId": "'"$LOGIN_ID"'",
    "selectedAccounts": '"${ACCOUNTS:-\"all\"}"',
    "userPresent": true,
    "mode": "embedded"
  }'
