#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench.sh: what each layer costs, with the peers that are installed. Arguments go to `pinfold bench`:
#
#   ./bench.sh                            everything, half a minute
#   ./bench.sh --quick                    a first look
#   ./bench.sh --markdown >overhead.md    for a document
#
# The working directory stays the caller's: a --peer may be named relative to it.
set -eu
top=$(cd "$(dirname "$0")" && pwd)
"$top/tools/deps.sh" build
# As `make` is told it elsewhere: it takes build and /path/build for two folders.
BUILD=${BUILD:-build}
temporary=''
trap '[ -z "$temporary" ] || rm -rf "$temporary"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# A tree that another user built, or that cannot be written, is built elsewhere.
if ! (cd "$top" && mkdir -p "$BUILD" 2>/dev/null && [ -w "$BUILD" ]); then
    temporary=$(mktemp -d /tmp/pinfold-build.XXXXXX)
    BUILD=$temporary
fi
make -s -C "$top" BUILD="$BUILD" "$BUILD/pinfold" "$BUILD/pinfold-bench" >&2 || exit 125
case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac
status=0
"$BUILD/pinfold" bench "$@" || status=$?
exit "$status"
