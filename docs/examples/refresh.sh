#!/bin/sh
# Two calls and a redirect: prints the address to send the person to, who pressed Refresh in your
# app. They come back to your page RETURN_URL (one of the stack's ReturnUrls), with refreshId added.
# LOGIN_ID=... RETURN_URL=https://... sh refresh.sh
. "$(dirname "$0")/call.sh"

started=$(call POST /refreshes \
  --header "Content-Type: application/json" \
  --header "Idempotency-Key: ${PRESS:-$(date +%s).$$}" \
  --data '{
    "loginId": "'"$LOGIN_ID"'",
    "selectedAccounts": '"${ACCOUNTS:-\"all\"}"',
    "userPresent": true,
    "returnUrl": "'"$RETURN_URL"'"
  }')
refresh_id=$(printf %s "$started" | sed 's/^{"id":"\([^"]*\)".*/\1/')
link=$(call POST "/refreshes/$refresh_id/link" \
  --header "Content-Type: application/json" \
  --data '{"channel": "in_app"}')
printf '%s\n' "$link" | sed 's/.*"url":"\([^"]*\)".*/\1/'
