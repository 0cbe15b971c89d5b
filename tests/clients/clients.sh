#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real clients, whole, inside `pinfold run --policy NAME`, as root and as an ordinary user starts them: each
# runs a shell command, makes a file, edits one, commits; and fails to read a key in the real home, to plant a hook and to
# write outside the workspace. The model is a stand-in on the loopback inside (model.mjs): nothing calls out.
#
# `make check-clients` installs the packages that package-lock.json pins into $CLIENTS, and calls this.
. "$(dirname "$0")/../live/live.inc"
TAP_TIMEOUT=120
HERE=$TMP/here
mkdir "$HERE"
cp "$TAP_TOP"/tests/clients/model.mjs "$TAP_TOP"/tests/clients/inside.sh "$TAP_TOP"/tests/clients/agent.py \
    "$TAP_TOP"/tests/clients/mcp.mjs "$HERE"
chmod -R a+rX "$HERE"
TRANSCRIPTS=${TRANSCRIPTS:-$BUILD/clients-transcripts}
mkdir -p "$TRANSCRIPTS"

# The real home with a key in it, and a repository as people have it, both the starting user's.
fresh() {
    rm -rf "$TMP/home" "$TMP/repo"
    mkdir -p "$TMP/home/.ssh" "$TMP/repo"
    echo a-key-of-the-host >"$TMP/home/.ssh/id"
    (
        cd "$TMP/repo" || exit 1
        git init -q .
        git config user.name tester
        git config user.email tester@example.org
        echo "what the project is" >README
        git add README
        git commit -qm first
    ) || exit 1
    cat >"$TMP/steps.json" <<END
[{"shell": "id -u; cat README"},
 {"write": "$TMP/repo/new.txt", "text": "made by an agent\n"},
 {"shell": "cat $TMP/home/.ssh/id; echo x >.git/hooks/pre-commit; echo x >$TMP/outside; echo tried"},
 {"read": "$TMP/repo/README"},
 {"edit": "$TMP/repo/README", "old": "project is", "text": "project was"},
 {"shell": "git add -A && git commit -qm 'by an agent' && git log --oneline | wc -l"}]
END
    chmod 644 "$TMP/steps.json"
    [ "$who" = root ] || user_owned "$TMP/home" "$TMP/repo"
}

client() { # NAME POLICY
    fresh
    log=$TMP/repo/transcript.log
    cd "$TMP/repo" || exit 1
    HOME=$TMP/home $as "$PINFOLD" run --policy "$2" --ro "$CLIENTS" --ro "$HERE" --ro "$TMP/steps.json" \
        --setenv "CLIENTS=$CLIENTS" --setenv "HERE=$HERE" --env-keep PATH -- \
        sh "$HERE/inside.sh" "$1" "$TMP/steps.json" "$log"
    cd / || exit 1
    is "$1: ends well ($who)" "$status" 0
    like "$1: says so ($who)" "$out" 'done\.'
    text=$(cat "$log" 2>/dev/null)
    cp "$log" "$TRANSCRIPTS/$1-$who.log" 2>/dev/null
    like "$1: the shell command ran, and not as root ($who)" "$text" 'result 1: .*[1-9][0-9]*\\n.*what the project is'
    is "$1: the file that it made ($who)" "$(cat "$TMP/repo/new.txt" 2>&1)" "made by an agent"
    is "$1: the file that it edited, committed ($who)" \
        "$(git -c safe.directory="$TMP/repo" -C "$TMP/repo" show HEAD:README 2>&1)" "what the project was"
    is "$1: whose it is ($who)" "$(stat -c %u "$TMP/repo/new.txt" 2>&1)" "$(stat -c %u "$TMP/repo")"
    is "$1: its commit ($who)" \
        "$(git -c safe.directory="$TMP/repo" -C "$TMP/repo" log --format=%s 2>&1)" "by an agent
first"
    like "$1: went on after what it may not ($who)" "$text" 'result 3: .*tried'
    unlike "$1: no key of the host ($who)" "$text" 'a-key-of-the-host'
    ok "$1: no hook was planted ($who)" test ! -e "$TMP/repo/.git/hooks/pre-commit"
    ok "$1: nothing outside the workspace ($who)" test ! -e "$TMP/outside"
}

mcp() {
    fresh
    cd "$TMP/repo" || exit 1
    HOME=$TMP/home $as node "$HERE/mcp.mjs" "$CLIENTS" "$TMP/repo" "$TMP/home/.ssh/id" \
        "$PINFOLD" run --policy mcp-server --ro "$CLIENTS" -- \
        node "$CLIENTS/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js" "$TMP/repo" "$TMP/home"
    cd / || exit 1
    printf '%s\n' "$out" >"$TRANSCRIPTS/mcp-$who.log"
    like "MCP: the server's tools ($who)" "$out" 'tools: .*write_file'
    like "MCP: writes in the workspace ($who)" "$out" 'write_file worked: .*from-server.txt'
    is "MCP: what it wrote ($who)" "$(cat "$TMP/repo/from-server.txt" 2>&1)" "made by a server"
    like "MCP: reads there ($who)" "$out" 'read_text_file worked: what the project is'
    like "MCP: does not read a key of the host ($who)" "$out" 'read_text_file failed'
    unlike "MCP: nor see it ($who)" "$out" 'a-key-of-the-host'
    like "MCP: does not write there ($who)" "$out" 'write_file failed'
    ok "MCP: nothing was written there ($who)" test ! -e "$TMP/home/.ssh/planted"
}

all() {
    client claude claude
    client codex codex
    client gemini gemini
    client opencode opencode
    client python python
    mcp
}

# The stand-in and the clients work without us: what fails below is then ours.
[ -d "${CLIENTS:-}/node_modules" ] || {
    echo "1..0 # SKIP no clients in \$CLIENTS: run make check-clients"
    exit 0
}
each_uid all
done_testing
