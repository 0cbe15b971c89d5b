#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real package from its source, Debian's hello, as root and as an ordinary user start it: configured, made, checked, run
# and installed inside. By the policy `build` beside a source tree that may only be read; by the default policy within it.
#
# `make check-clients` fetches the archive (fetch.sh) and calls this.
. "$(dirname "$0")/../live/live.inc"
TAP_TIMEOUT=400
CALLER_HOME=$TMP/home
ARCHIVE=${CLIENTS:-}/hello.tar.gz
TRANSCRIPTS=${TRANSCRIPTS:-$BUILD/clients-transcripts}
mkdir -p "$TRANSCRIPTS"

# fresh DIRECTORY: the caller's home with a project, the place of the source and a key; the source in DIRECTORY. What the
# launcher itself keeps while it runs is elsewhere: it would be seen in the times of the home.
fresh() {
    rm -rf "$CALLER_HOME" "$TMP/state"
    mkdir -p "$CALLER_HOME/project" "$CALLER_HOME/source" "$CALLER_HOME/.ssh"
    mkdir -m 700 "$TMP/state"
    echo a-key-of-the-host >"$CALLER_HOME/.ssh/id"
    tar -xzf "$ARCHIVE" --strip-components=1 --no-same-owner -C "$1" || exit 1
    [ "$who" = root ] || user_owned "$CALLER_HOME" "$TMP/state"
}

# Everything of the caller's but the project: names, types, modes, owners, sizes, times, links, contents.
outside() {
    find "$CALLER_HOME" -path "$CALLER_HOME/project" -prune -o -printf '%P %y %m %U:%G %s %T@ %C@ %n %l\n' | sort
    find "$CALLER_HOME" -path "$CALLER_HOME/project" -prune -o -type f -exec sha256sum {} + | sort
}

# build NAME CONFIGURE OPTIONS...: in the project
build() {
    name=$1 configure=$2
    shift 2
    before=$(outside)
    $as env -C "$CALLER_HOME/project" HOME="$CALLER_HOME" XDG_STATE_HOME="$TMP/state" PATH=/usr/bin:/bin CFLAGS=-O1 "$PINFOLD" run "$@" -- \
        sh -euc "$configure --quiet >configure.out
            make -j2 >make.out 2>&1; make check >check.out 2>&1; ./hello; ./hello --greeting=' inside '
            make install DESTDIR=\"\$PWD/root\" >install.out 2>&1
            # And what it may not.
            ! make install prefix=$CALLER_HOME/source >/dev/null 2>&1; ! cat $CALLER_HOME/.ssh/id 2>/dev/null"
    {
        echo "exit $status"
        printf '%s\n' "$out" "$err"
        (cd "$CALLER_HOME/project" && cat configure.out make.out check.out install.out)
    } >"$TRANSCRIPTS/hello-$name-$who.log" 2>&1
    is "$name: configure, make, make check, make install end well ($who)" "$status" 0
    is "$name: it says hello, and reads no key of the host ($who)" "$out" "Hello, world!
 inside "
    like "$name: its own tests pass ($who)" "$(cat "$CALLER_HOME/project/check.out")" '^# PASS: +[1-9]'
    like "$name: none fails ($who)" "$(cat "$CALLER_HOME/project/check.out")" '^# FAIL: +0'
    is "$name: it runs on the host, too ($who)" "$("$CALLER_HOME/project/root/usr/local/bin/hello" 2>&1)" 'Hello, world!'
    is "$name: what was built is the project's owner's ($who)" \
        "$(find "$CALLER_HOME/project" ! -uid "$(stat -c %u "$CALLER_HOME/project")" | wc -l)" 0
    is "$name: nothing outside the project has changed ($who)" "$(outside)" "$before"
    is "$name: and nothing of the launcher's is left ($who)" "$(ls -A "$TMP/state")" ""
}

packages() {
    fresh "$CALLER_HOME/source"
    build build "$CALLER_HOME/source/configure" --policy build --ro "$CALLER_HOME/source"
    like "build: by the flags of the caller ($who)" "$(cat "$CALLER_HOME/project/Makefile")" '^CFLAGS = -O1$'
    fresh "$CALLER_HOME/project"
    build default ./configure
}

[ -s "$ARCHIVE" ] || {
    echo "1..0 # SKIP no hello.tar.gz in \$CLIENTS: run make check-clients"
    exit 0
}
each_uid packages
done_testing
