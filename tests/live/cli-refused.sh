#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad command lines: exit 125, the option, the cause and the remedy are named, and nothing has run.
. "$(dirname "$0")/live.inc"

mkdir "$TMP/a" "$TMP/b" "$TMP/shut"
echo x >"$TMP/file"
echo x >"$TMP/unreadable"
chmod 755 "$TMP/a" "$TMP/b"
chmod 644 "$TMP/file"
user_owned "$TMP/shut" "$TMP/unreadable"
chmod 000 "$TMP/unreadable" "$TMP/shut"
new_line='/x
y'
escape=$(printf '/x\033[31my')
sixtyfive=$(printf 'n%.0s' $(seq 65))

# The same command with nothing wrong leaves the traces that refused() looks for.
control() {
    rm -f "$WORK/ran"
    pin --rw "$WORK" -- /bin/sh -c "$RAN"
    is "control: without a mistake the command runs ($who)" "$status:$out:$err" "0:ran:"
    ok "control: and leaves its file ($who)" [ -e "$WORK/ran" ]
    rm -f "$WORK/ran"
}

unknown() {
    refused "unknown option" --nonsense 'no such option' '--help' --nonsense
    refused "unknown option with a value" --nonsense=1 'no such option' '--help' --nonsense=1
    refused "an option cut short" --prof 'no such option' '--help' --prof none
    refused "a single dash" -x 'no such option' 'put -- before' -x
    refused "a single dash before a long word" -profile 'no such option' '--help' -profile none
    refused "a flag with a value" --verbose 'takes no value' '--verbose' --verbose=yes
    refused "--json, which is pinfold plan's" --json 'belongs to pinfold plan' '--report' --json
    for profile in '' nonsense Full full,none ' full'; do
        refused "--profile '$profile'" "--profile $profile" 'no such profile' \
            'none, ns_only, landlock, full or landlock-only' --profile "$profile"
    done
    for layer in '' nonsense Net net,ipc; do
        for option in --with --without --allow-degraded; do
            refused "$option '$layer'" "$option $layer" 'no such layer' 'pinfold layers' \
                "$option" "$layer"
        done
    done
    refused "--with and --without of one layer" '--with, --without' 'both added and left out' \
        'one of the two' --with net --without net
}

# $1 is the layer that is needed, the rest cannot stand without it.
needs() {
    while read -r layer need; do
        refused "$layer without $need" '[a-z]*' "cannot stand without the layer $need" \
            "--with $need" --without "$need"
        refused "$layer alone" "$layer" "cannot stand without the layer $need" \
            "--with $need.*--without $layer" --profile none --with "$layer"
    done <<END
pid user
mount user
net user
ipc user
uts user
cgroup user
readonly mount
landlock nnp
seccomp nnp
sockets nnp
setid nnp
END
}

# The last word of a command line: a value, or the command, is missing.
missing() {
    for option in profile with without allow-degraded fallback ro rw agent chdir setenv env-keep hostname user \
        report tcp; do
        pin "--$option"
        is "--$option as the last word ($who)" "$status:$out" "125:"
        like "--$option as the last word: says so ($who)" "$err" "^pinfold: --$option: a value is missing"
        like "--$option as the last word: remedy ($who)" "$err" "^  Write --$option "
    done
    for words in '' -- '--verbose' '--profile none --'; do
        # shellcheck disable=SC2086
        pin $words
        is "no command after '$words' ($who)" "$status:$out" "125:"
        like "no command after '$words': says so ($who)" "$err" '^pinfold: no command is given'
        like "no command after '$words': remedy ($who)" "$err" '^  Write: pinfold run .*COMMAND'
    done
}

paths() {
    for option in --ro --rw --agent; do
        refused "$option ''" "$option" 'cannot read ""' 'exists' "$option" ''
        refused "$option of nothing" "$option" 'cannot read "/no/such".*ENOENT' 'exists' \
            "$option" /no/such
        refused "$option of an unreadable directory" "$option" 'cannot read.*EACCES' 'can read' \
            "$option" "$TMP/shut"
        refused "$option below an unreadable directory" "$option" 'cannot read.*EACCES' 'can read' \
            "$option" "$TMP/shut/x"
        refused "$option below a file" "$option" 'cannot read.*ENOTDIR' 'exists' \
            "$option" "$TMP/file/x"
        refused "$option with a new line" "$option" 'new line or another control' 'Rename' \
            "$option" "$new_line"
        refused "$option with an escape, which is not printed raw" "$option" '/x.x1b.31my' 'Rename' \
            "$option" "$escape"
        unlike "$option with an escape: no raw byte ($who)" "$err" "$(printf '\033')"
    done
    for option in --ro --rw; do
        refused "$option of an unreadable file" "$option" 'cannot read.*EACCES' 'can read' \
            "$option" "$TMP/unreadable"
        refused "$option :DEST" "$option" 'cannot read ""' 'exists' "$option" :/x
        for dest in '' x x/y ./x ../x / // /x/ //x /x//y /. /./x /x/. /.. /x/.. /x/../y; do
            refused "$option PATH:$dest" "$option" 'destination ".*" is not a plain absolute path' \
                'such as /work' "$option" "$TMP/a:$dest"
        done
        refused "$option PATH:relative, profile none" "$option" 'not a plain absolute path' \
            'such as /work' --profile none "$option" "$TMP/a:x"
        refused "$option with a control byte in DEST" "$option" 'new line or another control' 'Rename' \
            "$option" "$TMP/a:$new_line"
    done
}

destinations() {
    place='place of its own: PATH:DEST'
    refused "the same destination twice" --ro '/x is /x, which is shown' "$place" \
        --ro "$TMP/a:/x" --ro "$TMP/b:/x"
    refused "the same path twice" '--ro, --rw' "$TMP/a is both read-only and writable" 'one of the two' \
        --ro "$TMP/a" --rw "$TMP/a"
    refused "below another" --ro '/x/y/z lies below /x' "$place" --ro "$TMP/a:/x" --ro "$TMP/b:/x/y/z"
    refused "above another" --ro '/x lies above /x/y/z' "$place" --ro "$TMP/a:/x/y/z" --ro "$TMP/b:/x"
    refused "a file below a file" --ro '/x/y lies below /x' "$place" \
        --ro "$TMP/file:/x" --ro "$TMP/file:/x/y"
    refused "--agent, and something at /agent" --agent '/agent is /agent' "$place" \
        --ro "$TMP/a:/agent" --agent "$TMP/b"
    for dest in /usr /usr/x /proc /proc/x /dev /dev/null /dev/pts/0 /dev/ptmx /tmp /bin /bin/x; do
        refused "onto $dest of ours" --rw "$dest (is|lies)" "$place" --rw "$TMP/a:$dest"
    done
}

values() {
    refused "--agent with a file" --agent 'not a directory' 'directory' --agent "$TMP/file"
    for dir in '' x ./x; do
        refused "--chdir '$dir'" --chdir 'is relative' 'absolute' --chdir "$dir"
    done
    refused "--chdir to what is not there" --chdir 'cannot start in /no/such.*ENOENT' \
        'exists inside' --chdir /no/such
    refused "--chdir to a file" --chdir 'cannot start in.*ENOTDIR' 'directory' --chdir /usr/bin/env
    refused "--chdir to what the host alone has" --chdir 'cannot start in.*ENOENT' 'exists inside' \
        --chdir "$TMP/a"
    refused "--chdir with a new line" --chdir 'new line' 'Rename' --chdir "$new_line"
    for pair in '' x = =x; do
        refused "--setenv '$pair'" --setenv 'sets no variable' 'NAME=VALUE' --setenv "$pair"
    done
    refused "--setenv with a new line" --setenv 'new line' '.' --setenv "A=$new_line"
    for name in '' = A=b; do
        refused "--env-keep '$name'" --env-keep 'is not a name' '--setenv NAME=VALUE' \
            --env-keep "$name"
    done
    for name in '' "$sixtyfive"; do
        refused "--hostname of ${#name} bytes" --hostname 'takes no such host name' '1 to 64' \
            --hostname "$name"
    done
    refused "--hostname with a new line" --hostname 'new line' 'Rename' --hostname "$new_line"
    for port in '' x -1 65536 01 1x '1 ' 0x50 any, ANY; do
        refused "--tcp '$port'" --tcp 'cannot be taken as a port' '65535.*any' --tcp "$port"
    done
    refused "--report into no directory" --report 'cannot write to /no/such/x.*ENOENT' \
        'file that can be written' --report /no/such/x
    refused "--report ''" --report 'cannot write to.*ENOENT' 'file that can' --report ''
    refused "--report to a closed descriptor" --report 'cannot write to 77.*EBADF' 'open descriptor' \
        --report 77
    refused "--report where the agent may not write" --report 'EACCES' 'file that can' \
        --report /proc/sys/kernel/hostname
    refused "--report into a full disk" --report 'write the report.*ENOSPC' 'space' --report /dev/full
}

users() {
    for id in '' 0 00 01 -1 +1 ' 1' '1 ' 1x 0x1 1.0 1e3 4294967295 4294967296 18446744073709551616 \
        99999999999999999999 root nobody : 1: :1 1:0 1:x 1:01 1:4294967295 1:2:3; do
        refused "--user '$id'" --user 'is not the number of an unprivileged id' 'decimal' \
            --user "$id"
    done
}

each_uid control
each_uid unknown
each_uid needs
each_uid missing
each_uid paths
each_uid destinations
each_uid values
each_uid users
chmod 755 "$TMP/shut"
done_testing
