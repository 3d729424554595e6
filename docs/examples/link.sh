#!/bin/sh
# The person is away (`nextAction` is `start_again`): get a link to put into a message. Its secret
# is shown this once, and a new link replaces the one before. REFRESH_ID=rf_... sh link.sh
. "$(dirname "$0")/call.sh"

call POST "/refreshes/$REFRESH_ID/link" \
  --header "Content-Type: application/json" \
  --data '{"channel": "email"}'
