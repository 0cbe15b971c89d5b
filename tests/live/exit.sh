#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `pinfold run` ends with, and whose bytes are on 0, 1 and 2.
. "$(dirname "$0")/live.inc"
helpers fds obstacle

ends() { # WANT NAME ARGS...
    want=$1 name=$2
    shift 2
    pin "$@"
    is "$name ($who)" "$status" "$want"
}

codes() {
    for code in 0 1 2 42 124 125 126 127 128 255; do
        for options in '--profile full' '--profile none' '--without pid'; do
            # shellcheck disable=SC2086
            ends "$code" "exit $code under $options" $options sh -c "exit $code"
            is "exit $code under $options: nothing of ours on stdout or stderr ($who)" "$out$err" ""
        done
    done
}

signals() {
    for pair in HUP:129 INT:130 QUIT:131 ABRT:134 KILL:137 USR1:138 SEGV:139 PIPE:141 ALRM:142 \
        TERM:143 SYS:159 RTMIN:162; do
        for options in '--profile full' '--profile none' '--without pid'; do
            # shellcheck disable=SC2086
            ends "${pair#*:}" "killed by ${pair%:*} under $options" $options \
                perl -e 'use POSIX; kill $ARGV[0] eq "RTMIN" ? SIGRTMIN : $ARGV[0], $$; sleep 5' \
                "${pair%:*}"
        done
    done
}

# A file of each kind that cannot be run.
mkdir "$TMP/files" "$TMP/files/directory"
chmod 755 "$TMP/files" "$TMP/files/directory"
echo 'exit 3' >"$TMP/files/text"
printf '#!/no/such/interpreter\n' >"$TMP/files/interpreter"
printf '#!/bin/sh\nexit 7\n' >"$TMP/files/closed"
printf '#!/bin/sh\nexit 7\n' >"$TMP/files/script"
printf '\177ELF garbage' >"$TMP/files/garbage"
chmod 755 "$TMP/files/text" "$TMP/files/interpreter" "$TMP/files/script" "$TMP/files/garbage"
chmod 644 "$TMP/files/closed"

not_run() { # WANT NAME WORD COMMAND
    for options in '--profile full' '--profile none' '--without pid'; do
        # shellcheck disable=SC2086
        ends "$1" "$2 under $options" $options --ro "$TMP/files" --setenv \
            "PATH=$TMP/files:/usr/bin" -- "$4"
        like "$2 under $options: says so ($who)" "$err" "^pinfold: .*$3"
        is "$2 under $options: stdout is empty ($who)" "$out" ""
    done
}

files() {
    ends 7 "a script of ours runs by PATH" --ro "$TMP/files" --setenv "PATH=$TMP/files" script
    not_run 127 "no such name in PATH" 'no-such-name: the command was not found' no-such-name
    not_run 127 "no such path" '/no/such: the command was not found' /no/such
    not_run 127 "a part of the path is a file" 'not found' "$TMP/files/text/x"
    not_run 127 "an empty name" 'not found' ''
    not_run 127 "an interpreter that is not there" 'not found.*No such file' interpreter
    not_run 126 "a file without the x bit, by its path" 'cannot be executed.*EACCES' \
        "$TMP/files/closed"
    not_run 126 "a file without the x bit, by PATH" 'cannot be executed.*EACCES' closed
    not_run 126 "a directory" 'cannot be executed' "$TMP/files/directory"
    not_run 126 "text without #!" 'cannot be executed.*ENOEXEC' text
    not_run 126 "garbage" 'cannot be executed' garbage
    pin -- /no/such
    like "127 names the remedy ($who)" "$err" '^  .*--ro PATH shows more'
}

# The command gets our 0, writes our 1 and 2, and nobody else does.
head -c 1048576 /dev/urandom >"$TMP/in"
chmod 644 "$TMP/in"

streams() {
    for options in '--profile full' '--profile full --verbose' '--profile none' '--without pid' \
        "--report $REPORTS/streams.json"; do
        # shellcheck disable=SC2086
        timeout -k 2 20 $drop "$PINFOLD" run --profile full $options cat <"$TMP/in" >"$TMP/copy" 2>"$TMP/err"
        is "1 MiB of noise passes through cat under $options ($who)" \
            "$?, $(cmp "$TMP/in" "$TMP/copy" 2>&1)" "0, "
        # shellcheck disable=SC2086
        is "and through pipes under $options ($who)" "$(timeout -k 2 20 cat "$TMP/in" |
            $drop "$PINFOLD" run --profile full $options sh -c 'cat; exit 0' 2>/dev/null | cksum)" "$(cksum <"$TMP/in")"
    done
    is "stderr is the command's too ($who)" "$(timeout 20 $drop "$PINFOLD" run --profile full \
        sh -c 'printf "a\\0b" >&2' 2>&1 >/dev/null | od -An -c | tr -d ' ')" 'a\0b'
    rm -f "$REPORTS/streams.json"
}

closed() {
    for options in '--profile full' '--profile none' '--without pid'; do
        for fd in 0 1 2; do
            # shellcheck disable=SC2086
            timeout -k 2 20 $drop "$BIN/fds" close "$fd" "$PINFOLD" run --profile full --ro "$BIN" --rw "$WORK" \
                $options sh -c 'l=$(readlink /proc/$$/fd/'"$fd); echo \$l >$WORK/link; exit 9" \
                >"$TMP/o" 2>"$TMP/e" </dev/null
            is "descriptor $fd closed under $options: the command gets /dev/null there ($who)" \
                "$?, $(cat "$TMP/o" "$TMP/e" "$WORK/link")" "9, /dev/null"
            rm -f "$WORK/link"
        done
    done
    timeout -k 2 20 $drop sh -c '"$1" run --profile full sh -c "exit 9" <&- >&- 2>&-' sh "$PINFOLD"
    is "all three closed ($who)" "$?" 9
}

# A caller's odd state must not change what is reported.
odd_callers() {
    for options in '--profile full' '--profile none' '--without pid'; do
        # shellcheck disable=SC2086
        timeout -k 1 10 $drop env --ignore-signal=CHLD "$PINFOLD" run --profile full $options sh -c 'exit 5'
        is "a caller that ignores SIGCHLD, under $options ($who)" "$?" 5
        # shellcheck disable=SC2086
        timeout -k 1 10 $drop env --block-signal=CHLD --block-signal=TERM "$PINFOLD" run --profile full $options \
            sh -c 'kill -TERM $$; exit 5'
        is "a caller that blocks SIGCHLD and SIGTERM, as the command then does, $options ($who)" "$?" 5
        # shellcheck disable=SC2086
        timeout -k 1 10 $drop sh -c 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 24; shift; exec "$@"' sh - "$PINFOLD" run --profile full $options \
            sh -c 'exit 5' 2>"$TMP/err"
        is "a caller that may open two dozen files, under $options ($who)" "$?: $(cat "$TMP/err")" "5: "
        # shellcheck disable=SC2086
        timeout -k 1 10 $drop env -i "$PINFOLD" run --profile full $options /bin/sh -c 'exit 5'
        is "an empty environment, under $options ($who)" "$?" 5
    done
}

# A process inside that dies before it has become the command is our failure, not the command's end.
killed_early() {
    for call in mount openat2 mount_setattr landlock_restrict_self; do
        prefix="$BIN/obstacle $call=KILL"
        refused "killed in $call(2) before exec" '' 'died before the command was started' 'killed it'
    done
    prefix=''
}

each_uid codes
each_uid signals
each_uid files
each_uid streams
each_uid closed
each_uid odd_callers
each_uid killed_early
done_testing
