#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A user at a terminal (terminal.py): real programs, job control, ends, and what a command may not do.
# ALONE: it looks at times.
. "$(dirname "$0")/live.inc"
helpers try

[ -x /usr/bin/python3 ] || {
    skip "a user at a terminal" "/usr/bin/python3 is not there"
    done_testing
}

parts() { # PART...
    # What root makes for the test is the command's to change.
    export PINFOLD BIN WORK DROP="$drop"
    for part; do
        # Programs draw when they like. What fails is looked at a second time: a fault is there again.
        for _ in 1 2; do
            timeout -k 2 120 /usr/bin/python3 "$TAP_TOP/tests/live/terminal.py" "$part" >"$TMP/parts" 2>&1 ||
                echo "not ok $part ended by itself" >>"$TMP/parts"
            grep -q '^not ok' "$TMP/parts" || break
            sed 's/^/# once: /' "$TMP/parts"
            rm -rf "${WORK:?}"/*
        done
        tell_parts
    done
}

programs() {
    rm -rf "$WORK"/*
    parts bash
    for pair in vim:vim.basic less:less top:top python:/usr/bin/python3 node:node git:git tmux:tmux; do
        if command -v "${pair#*:}" >/dev/null; then
            parts "${pair%:*}"
        else
            skip "${pair%:*} ($who)" "${pair#*:} is not installed"
        fi
    done
    parts pasting
}

jobs_and_ends() {
    rm -rf "${WORK:?}"/*
    parts suspended suspended_vim background background_quiet script alone clock no_shell pipelines mixed newlines ends \
        signals screen hang_up flow slow
}

walls() {
    rm -rf "${WORK:?}"/*
    parts queries typed clipboard passing changed resized pushed names
}

# Without a terminal nothing is touched: here-documents, pipes that are closed half way.
without() {
    is "a here-document arrives ($who)" "$($drop "$PINFOLD" run --profile full cat <<END
one
  two
END
    )" "one
  two"
    # shellcheck disable=SC2086
    is "a reader that has enough ends the writer ($who)" \
        "$($drop "$PINFOLD" run --profile full yes | head -n 2 | tr '\n' ' ')" "y y "
    is "an end of input is one ($who)" "$($drop "$PINFOLD" run --profile full sh -c 'cat >/dev/null; echo over' </dev/null)" over
    # shellcheck disable=SC2086
    is "an output that is closed ends there, and the input goes on ($who)" \
        "$({ sleep 0.2; echo late; } | $drop "$PINFOLD" run --profile full sh -c 'exec >&-; cat >&2' 2>&1 | cat)" late
    is "no terminal, none inside ($who)" "$($drop "$PINFOLD" run --profile full sh -c 'tty; ls /dev/pts' </dev/null)" "not a tty
ptmx"
}

# What passes through the relay, beside the same through a plain pty of the test's: a ratio, as machines differ.
throughput() {
    head -c 3000000 /dev/urandom | od -An -tx1 -w32 >"$WORK/big"
    size=$(wc -c <"$WORK/big")
    plain=99999 ours=99999
    for _ in 1 2 3; do
        run /usr/bin/python3 "$TAP_TOP/tests/live/terminal_speed.py" cat "$WORK/big"
        [ "${out#* }" = "$size" ] && [ "${out% *}" -lt "$plain" ] && plain=${out% *}
        # shellcheck disable=SC2086
        run $drop /usr/bin/python3 "$TAP_TOP/tests/live/terminal_speed.py" "$PINFOLD" run --profile full --ro "$WORK" cat "$WORK/big"
        [ "${out#* }" = "$size" ] && [ "${out% *}" -lt "$ours" ] && ours=${out% *}
    done
    echo "# $size bytes: $plain ms on a plain pty, $ours ms through the relay and its filter"
    # About as long where a second processor is free: the pty is what takes the time.
    ok "the relay takes no more than three times as long as the pty that it reads ($who)" [ "$ours" -lt $((plain * 3)) ]
}

each_uid walls
each_uid without
each_uid jobs_and_ends
programs
throughput
done_testing
