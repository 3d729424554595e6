#!/bin/sh
# The person pressed Refresh: ask for fresh data of a stored login. Prints the refresh.
# LOGIN_ID=... ACCOUNTS='["...", "..."]' sh start.sh
# ACCOUNTS are the ids that the person chose once; '"all"' only where all accounts were agreed
# on, since Flinks Connect then offers no choice. With the same PRESS as before nothing starts twice.
. "$(dirname "$0")/call.sh"

call POST /refreshes \
  --header "Content-Type: application/json" \
  --header "Idempotency-Key: ${PRESS:-$(date +%s).$$}" \
  --data '{
    "loginId": "'"$LOGIN_ID"'",
    "selectedAccounts": '"${ACCOUNTS:?names the ids that the person chose}"',
    "userPresent": true,
    "mode": "embedded"
  }'
