#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test.sh: installs what the tests need, builds, and runs every test through prove(1).
#
# Ends non-zero if anything failed. A test that cannot run here is skipped, and says why: the list of
# the skipped ones is printed at the end. TESTS='tests/live/cli.sh' ./test.sh runs some of them.
set -eu
cd "$(dirname "$0")"
tools/deps.sh test
BUILD=${BUILD:-build}
mkdir -p "$BUILD" 2>/dev/null && [ -w "$BUILD" ] || BUILD=$(mktemp -d /tmp/pinfold-build.XXXXXX)
make -s -j"$(nproc)" BUILD="$BUILD" tests
exec make -s BUILD="$BUILD" check ${TESTS:+TESTS="$TESTS"}
