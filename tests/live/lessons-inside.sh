#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How other sandboxes broke, part two: what code inside could do, and what its launcher left open.
# Each test is named after the break; lessons.tsv lists them all.
. "$(dirname "$0")/live.inc"
helpers try net fds pty abi obstacle

mkdir "$TMP/secret"
echo decoy >"$TMP/secret/file"
chmod -R a+rX "$TMP/secret"

# on_terminal OPTIONS...: what the attempt said, and what the user's shell would now read.
on_terminal() {
    # shellcheck disable=SC2086
    timeout -k 2 20 $drop "$BIN/pty" "$PINFOLD" run --profile full --ro "$BIN" "$@" 2>&1 | tr -d '\r' | grep -v '^$' | tr '\n' ' '
}

terminals() {
    for row in '2 CVE-2017-5226:0x0' '9 bubblewrap #142:0x1' '11 CVE-2019-10063:0x80000000'; do
        name="lesson ${row%:*}: TIOCSTI with ${row##*:} above it"
        is "$name ($who)" "$(on_terminal "$BIN/try" tiocsti X "${row##*:}")" "EPERM status 0 typed  "
    done
    is "lesson 16 CVE-2023-28100: TIOCLINUX ($who)" "$(on_terminal "$BIN/try" tioclinux 0x1)" "EPERM status 0 typed  "
    is "lesson 50 CVE-2016-7545: TIOCSTI, though the session is shared ($who)" \
        "$(on_terminal --without session "$BIN/try" tiocsti X)" "EPERM status 0 typed  "
    gives EPERM "lesson 92 CVE-2026-72183: no signal of one's choice to a descriptor's owner" "$BIN/try" setsig
    gives EPERM "lesson 92 CVE-2026-72183: nor any (O_ASYNC)" "$BIN/try" async
    gives ok "(without the filter the kernel allows it)" --profile none "$BIN/try" setsig
}

# Text from outside never drives the terminal of whoever reads our messages.
escapes() {
    esc=$(printf '\033[31m\007')
    pin "/no/$esc"
    like "lesson 17 CVE-2023-28101: a command's name ($who)" "$err" 'x1b\[31m.x07'
    unlike "lesson 17 CVE-2023-28101: no raw byte of it ($who)" "$err" "$(printf '\033')"
    pin --ro "/no/$esc" true
    unlike "lesson 17 CVE-2023-28101: a path's ($who)" "$err" "$(printf '\033')"
    pin --report - echo "$esc"
    unlike "lesson 17 CVE-2023-28101: in the report, but for what the command writes ($who)" \
        "$(printf '%s\n' "$out" | sed '$d')" "$(printf '\033')"
    refused "lesson 14 CVE-2021-43860: control bytes in a value" --hostname 'control' 'Rename' --hostname "a$esc"
    for flags in '--with net --without net' '--without net --with net'; do
        # shellcheck disable=SC2086
        refused "lesson 15 CVE-2022-21682: $flags, in whatever order" '--with, --without' 'both' 'one of the two' $flags
    done
    for flags in '--ro X --rw X' '--rw X --ro X'; do
        # shellcheck disable=SC2046
        refused "lesson 15 CVE-2022-21682: $flags" '--ro, --rw' 'both read-only and writable' 'one of the two' \
            $(echo "$flags" | sed "s,X,$TMP/secret,g")
    done
}

words() {
    cp "$BIN/try" "$WORK/--profile"
    chmod 755 "$WORK/--profile"
    user_owned "$WORK"
    gives EPERM "lesson 18 CVE-2024-32462: a command named like an option" --ro "$WORK" --setenv "PATH=$WORK" \
        -- --profile traceme none
    gives "--rw / --profile none" "lesson 63 CVE-2020-17367: the command's words stay the command's" \
        echo --rw / --profile none
    rm -f "$WORK/--profile"
    # shellcheck disable=SC2016
    for text in '$(: >'"$WORK"'/ran)' '`: >'"$WORK"'/ran`' ';: >'"$WORK"'/ran' '|: >'"$WORK"'/ran'; do
        pin --rw "$WORK" --hostname "$text" --setenv "A=$text" --env-keep "$text" true
        pin --ro "/no/$text" true
        pin "$text"
        ok "lesson 58 CVE-2017-5207: no shell reads $text ($who)" [ ! -e "$WORK/ran" ]
    done
    # Programs of the caller's PATH are never started by the set-up, nor libraries of his loaded.
    mkdir "$TMP/evil"
    for tool in newuidmap newgidmap mount umount sh bash ip ldconfig env true; do
        printf '#!/bin/sh\n: >%s/ran\n' "$WORK" >"$TMP/evil/$tool"
    done
    chmod -R a+rx "$TMP/evil"
    chmod 777 "$WORK"
    # shellcheck disable=SC2086
    PATH=$TMP/evil:$PATH LD_PRELOAD=$TMP/evil/x.so LD_LIBRARY_PATH=$TMP/evil timeout 20 \
        $(echo "$drop" | sed 's,^setpriv,/usr/bin/setpriv,') "$PINFOLD" run --profile full /usr/bin/true 2>/dev/null
    is "lesson 12 CVE-2021-21261: the caller's PATH and LD_ variables reach no helper ($who)" "$?" 0
    ok "lesson 12 CVE-2021-21261: none of his programs ran ($who)" [ ! -e "$WORK/ran" ]
    rm -rf "$TMP/evil"
    chmod 755 "$WORK"
    for id in root nobody 0x3e8 ''; do
        refused "lesson 40 CVE-2016-3697: --user '$id' is no number" --user 'not the number' 'decimal' --user "$id"
    done
    if [ "$who" = root ]; then
        gives "1 1" "lesson 43 CVE-2026-30892: --user 1 is 1" --user 1 sh -c 'echo $(id -u) $(id -g)'
    else
        refused "lesson 43 CVE-2026-30892: --user 1 is not taken for ours" --user 'only root' 'Leave' --user 1
    fi
}

descriptors() {
    # shellcheck disable=SC2086
    run $drop "$BIN/fds" open 7 "$TMP/secret" "$PINFOLD" run --profile full --ro "$BIN" "$BIN/fds" list
    is "lesson 24 flatpak 1.17.5: the command's descriptors ($who)" "$out" "0 1 2"
    gives "0 1 2" "lesson 30 CVE-2021-43784: the way to the launcher is closed by exec, whoever closes" \
        --without fds "$BIN/fds" close 77 "$BIN/fds" list
    # shellcheck disable=SC2086
    run $drop "$BIN/fds" open 7 "$TMP/secret" "$PINFOLD" run --profile full cat /proc/self/fd/7/file
    is "lesson 83 cplt #329: an inherited descriptor is no way past the rules ($who)" "$status:$out" 1:
    for number in 7 10 100; do
        # shellcheck disable=SC2086
        run $drop "$BIN/fds" open "$number" "$TMP/secret" "$PINFOLD" run --profile full --chdir "/proc/self/fd/$number" pwd
        is "lesson 34 CVE-2024-21626: --chdir /proc/self/fd/$number ($who)" "$status:$out" 125:
    done
    # shellcheck disable=SC2086
    got=$(cd "$TMP/secret" && timeout 20 $drop "$PINFOLD" run --profile full sh -c 'pwd; ls')
    is "lesson 34 CVE-2024-21626: the working directory is inside ($who)" "$(echo "$got" | tr '\n' ' ')" \
        "/ bin dev $(ls -d /lib* | sed 's,/,,' | tr '\n' ' ')proc sbin tmp usr "
    gives "1,3 1,3" "lesson 48 youki 3573074f: masks are the null device itself" sh -c \
        'echo $(stat -c "%Hr,%Lr" /proc/keys /proc/kallsyms)'
}

# A launcher whose /dev/null is something else, in a mount namespace of our own.
HOST='unshare --user --map-current-user --keep-caps --mount --'
[ "$TAP_UID" != 0 ] || HOST='unshare --mount --'

faked() {
    : >"$WORK/null"
    user_owned "$WORK"
    cat >"$TMP/with-fake" <<'END'
#!/bin/sh
mount --bind "$1" /dev/null || exit 2
shift
exec "$@"
END
    mkdir -p "$TMP/proc/self"
    for name in setgroups uid_map gid_map status; do : >"$TMP/proc/self/$name"; done
    ln -s self "$TMP/proc/thread-self"
    chmod -R a+rwX "$TMP/proc"
    cat >"$TMP/with-proc" <<'END'
#!/bin/sh
mount --bind "$1" /proc || exit 2
shift
exec "$@"
END
    chmod 755 "$TMP/with-fake" "$TMP/with-proc"
    # shellcheck disable=SC2086
    prefix_of() { echo "$HOST $*"; }
    as=run
    prefix=$(prefix_of "$TMP/with-fake" "$WORK/null" "$drop")
    refused "lesson 36 CVE-2025-31133: a /dev/null that is a file" mount '/dev/null is not the device' '.'
    prefix=$(prefix_of "$TMP/with-fake" "$WORK/null" "$drop" "$BIN/fds" close 1)
    refused "lesson 47 CVE-2026-88265: and standard output closed" '' 'not the null device' '0, 1 and 2 open' \
        --profile none
    is "lesson 47 CVE-2026-88265: nothing was written there ($who)" "$(wc -c <"$WORK/null")" 0
    prefix=$(prefix_of "$TMP/with-proc" "$TMP/proc" "$drop")
    refused "lesson 27 CVE-2019-16884: a /proc that is a directory of somebody's" '(user|net)' \
        'procfs|/proc' '.'
    refused "lesson 38 CVE-2025-52881: maps are written to no fake" '(user|net)' 'procfs|/proc' '.' \
        --profile none --with user
    is "lesson 38 CVE-2025-52881: nothing was written there ($who)" \
        "$(cat "$TMP"/proc/self/setgroups "$TMP"/proc/self/uid_map "$TMP"/proc/self/gid_map)" ""
    prefix='' as=$saved_as
    rm -rf "$TMP/proc"
}

# The programs are looked at on the host while code inside tries to overwrite them.
binaries() {
    before=$(cksum <"$PINFOLD")
    for profile in ns_only full; do
        pin --profile $profile --ro "$BIN" sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do for f in /proc/[0-9]*/exe /proc/self/exe; do
            r=$("$1" open-write $f); [ "$r" = ok ] && echo "$f can be written"; done; done; echo tried' sh "$BIN/try"
        is "lesson 26 CVE-2019-5736: no /proc/*/exe opens for writing under $profile ($who)" "$out" tried
        pin --profile $profile --ro "$BIN" sh -c '"$1" open-write /proc/1/exe; readlink /proc/1/exe' sh "$BIN/try"
        like "lesson 10 CVE-2019-8308: pid 1's program cannot be reached under $profile ($who)" "$out" '^(EACCES|EPERM)$'
    done
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile ns_only --ro "$BIN" sh -c 'while :; do "$1" open-write /proc/1/exe; done' sh "$BIN/try" \
        >"$TMP/writes" 2>/dev/null &
    pid=$!
    wait_for . "$TMP/writes"
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    sleep 0.2
    size=$(wc -c <"$TMP/writes")
    sleep 0.2
    is "lesson 60 CVE-2019-12499: with its parent killed, the command is gone ($who)" "$(wc -c <"$TMP/writes")" "$size"
    is "lesson 60 CVE-2019-12499: and never could write ($who)" "$(grep -c ok "$TMP/writes")" 0
    is "lesson 26 CVE-2019-5736: the launcher is what it was ($who)" "$(cksum <"$PINFOLD")" "$before"
    # While it runs, seen from the host with the same uid: pid 1 cannot be traced, and holds nothing.
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile full sh -c 'echo up; sleep 5' >"$TMP/up" 2>/dev/null &
    pid=$!
    wait_for up "$TMP/up"
    for _ in $(seq 50); do
        init=$(sed -n "s/^\([0-9]*\) (pinfold-init) . $pid .*/\1/p" /proc/[0-9]*/stat 2>/dev/null)
        [ -z "$init" ] || break
        sleep 0.05
    done
    # shellcheck disable=SC2086
    run $USER_DROP sh -c 'readlink "/proc/$1/exe"; cat "/proc/$1/environ" "/proc/$1/maps"; ls "/proc/$1/fd"' sh "$init"
    is "lesson 1 CVE-2016-8659: the set-up's process is closed to its own uid ($who)" "${init:+known}:$out" "known:"
    if [ "$TAP_UID" = 0 ]; then
        is "lesson 5 CVE-2026-41163: and holds no descriptor to ask it by, but a pipe that it only writes to ($who)" \
            "$(ls "/proc/$init/fd" | wc -l) $(cat "/proc/$init/fdinfo/"* | grep -c '^flags:.*01$')" "1 1"
    else
        skip "lesson 5 CVE-2026-41163: and holds no descriptor to ask it by, but a pipe that it only writes to ($who)" "only root can see them"
    fi
    kill "$pid"
    wait "$pid" 2>/dev/null
}

saved_as=''
remember() {
    saved_as=$as
    "$@"
}

each_uid terminals
each_uid escapes
each_uid words
each_uid descriptors
each_uid remember faked
each_uid binaries
done_testing
