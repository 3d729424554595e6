#!/bin/sh
# How does it stand? `nextAction` says what to do. REFRESH_ID=rf_... sh read.sh
. "$(dirname "$0")/call.sh"

call GET "/refreshes/$REFRESH_ID"
