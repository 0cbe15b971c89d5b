#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh: installs what the build needs, builds, prints the isolation matrix and the overhead.
set -eu
cd "$(dirname "$0")"
tools/deps.sh build
# A tree that another user built, or that cannot be written, is built elsewhere.
BUILD=${BUILD:-build}
mkdir -p "$BUILD" 2>/dev/null && [ -w "$BUILD" ] || BUILD=$(mktemp -d /tmp/pinfold-build.XXXXXX)
make -s -j"$(nproc)" BUILD="$BUILD"
"$BUILD/pinfold" matrix "$@"
echo
"$BUILD/pinfold" bench --quick
