# Sourced by the examples: one call of the API, signed with SigV4 by curl (7.76 or newer).
# The environment says where and who: RECONNECT_API_URL (the stack's output ApiUrl), AWS_REGION,
# AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for a role's credentials, AWS_SESSION_TOKEN.
set -eu

call() { # METHOD PATH [curl's options]
  method=$1 path=$2
  shift 2
  token=${AWS_SESSION_TOKEN:+"header = \"X-Amz-Security-Token: $AWS_SESSION_TOKEN\""}
  # The key goes in by standard input: a command line can be read by every user of a machine.
  curl --silent --show-error --fail-with-body --config - \
    --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" \
    --request "$method" "$@" "$RECONNECT_API_URL$path" <<CONFIG
user = "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
$token
CONFIG
}
