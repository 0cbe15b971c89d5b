#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole tree compiles without a warning, with gcc and with clang, against glibc and against musl.
. "$(dirname "$0")/../tap.sh"
cd "$TAP_TOP" || exit 1
TAP_TIMEOUT=240
jobs=$(nproc)

for cc in gcc clang; do
    if ! command -v "$cc" >/dev/null 2>&1; then
        skip "$cc compiles without a warning" "$cc is not installed"
        continue
    fi
    run make -s -j"$jobs" BUILD="$TMP/$cc" CC="$cc" HOSTCC="$cc" LIBC=glibc WERROR=-Werror CFLAGS=-O1 all
    is "$cc compiles without a warning" "$status/$out$err" "0/"
done
if command -v musl-gcc >/dev/null 2>&1; then
    run make -s -j"$jobs" BUILD="$TMP/musl" LIBC=musl WERROR=-Werror CFLAGS=-O1 \
        "$TMP/musl/pinfold" "$TMP/musl/pinfold-probe"
    is "musl-gcc compiles without a warning" "$status/$out$err" "0/"
else
    skip "musl-gcc compiles without a warning" "musl-gcc is not installed"
fi
for program in pinfold pinfold-probe; do
    like "$program is static" "$(file -L "$BUILD/$program" 2>/dev/null || readelf -d "$BUILD/$program" 2>&1)" \
        'statically linked|no dynamic section'
done
run make -s BUILD="$BUILD" DESTDIR="$TMP/dest" PREFIX=/usr install
is "make install works" "$status" 0
is "make install puts programs, manual pages, policies, their schema, completions, the AppArmor profile" \
    "$(cd "$TMP/dest" && find . -type f | sed 's,.*/,,' | sort | tr '\n' ' ')" \
    "$(cd "$TAP_TOP" && { ls man; ls profiles; printf "%s\n" matrix.schema.json policy.schema.json report.schema.json
        for name in pinfold pinfold-bench pinfold-matrix pinfold-probe pinfold _pinfold pinfold.fish pinfold; do echo "$name"; done; } | sort | tr '\n' ' ')"
is "nothing installed is set-user-ID" "$(find "$TMP/dest" -perm /6000)" ""
run make -s DESTDIR="$TMP/dest" PREFIX=/usr uninstall
is "make uninstall takes all of it away" "$(find "$TMP/dest" -type f)" ""
done_testing
