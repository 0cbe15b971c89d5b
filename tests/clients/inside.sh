#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# inside.sh CLIENT SCRIPT LOG: in a sandbox with nothing but its own loopback, starts the stand-in for the
# model and runs CLIENT against it, as its user would in a terminal: whole, with its own inner sandbox off.
#
# $CLIENTS is the directory that the packages were installed in, $HERE that of model.mjs.
set -eu
client=$1 script=$2 log=$3
port=8901
base=http://127.0.0.1:$port
prompt='Do what is to be done.'

node "$HERE/model.mjs" "$script" "$log" "$port" &
model=$!
trap 'kill $model' EXIT
tries=0
until grep -q listening "$log" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "the stand-in did not start" >&2; exit 3; }
    sleep 0.1
done

case $client in
claude)
    export ANTHROPIC_BASE_URL=$base ANTHROPIC_API_KEY=none CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
    export DISABLE_TELEMETRY=1 DISABLE_AUTOUPDATER=1
    "$CLIENTS/node_modules/@anthropic-ai/claude-code-linux-x64/claude" -p "$prompt" --dangerously-skip-permissions </dev/null
    ;;
codex)
    mkdir -p "$HOME/.codex"
    cat >"$HOME/.codex/config.toml" <<END
model = "stand-in"
model_provider = "here"
[model_providers.here]
name = "here"
base_url = "$base/v1"
env_key = "NO_KEY"
wire_api = "responses"
END
    export NO_KEY=none
    "$CLIENTS"/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex exec \
        -s danger-full-access --skip-git-repo-check "$prompt" </dev/null
    ;;
gemini)
    mkdir -p "$HOME/.gemini"
    echo '{"security": {"auth": {"selectedType": "gemini-api-key"}}}' >"$HOME/.gemini/settings.json"
    export GEMINI_API_KEY=none GOOGLE_GEMINI_BASE_URL=$base GEMINI_CLI_NO_RELAUNCH=1 GEMINI_CLI_TRUST_WORKSPACE=true
    node "$CLIENTS/node_modules/@google/gemini-cli/bundle/gemini.js" --yolo -m gemini-2.5-pro -p "$prompt" </dev/null
    ;;
opencode)
    # The model is named here, so no list of models has to be asked for.
    export OPENCODE_DISABLE_MODELS_FETCH=1
    mkdir -p "$HOME/.config/opencode"
    cat >"$HOME/.config/opencode/opencode.json" <<END
{"model": "here/stand-in", "share": "disabled",
 "provider": {"here": {"npm": "@ai-sdk/openai-compatible", "options": {"baseURL": "$base/v1", "apiKey": "none"},
  "models": {"stand-in": {"tool_call": true}}}}}
END
    "$CLIENTS/node_modules/opencode-linux-x64/bin/opencode" run --auto "$prompt" </dev/null
    ;;
python)
    MODEL=$base/v1/chat/completions python3 "$HERE/agent.py" "$prompt"
    ;;
*)
    echo "no such client: $client" >&2
    exit 2
    ;;
esac
