#!/bin/sh
# `nextAction` is `open_iframe`: get the address of the bank's question. Show it in an iframe at
# once; it is good for minutes, and each one can be opened once. REFRESH_ID=rf_... sh iframe-url.sh
. "$(dirname "$0")/call.sh"

call POST "/refreshes/$REFRESH_ID/iframe-url" --data ''
