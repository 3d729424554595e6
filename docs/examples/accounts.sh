#!/bin/sh
# `status` is `completed`: read the fresh accounts, only those that the person chose.
# The answer names an address that is good for a minute. REFRESH_ID=rf_... sh accounts.sh
. "$(dirname "$0")/call.sh"

answer=$(call GET "/refreshes/$REFRESH_ID/accounts")
curl --silent --show-error --fail --compressed \
  "$(printf %s "$answer" | sed 's/.*"url":"\([^"]*\)".*/\1/')"
