#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh build|test|peers|deb|kernels: makes sure that what the build (or the tests, or `make deb
# check-deb`, or `make check-kernels`) needs is there.
#
# Looks for commands and files, not for packages, so that a machine which has them from elsewhere is
# left alone. What is missing is installed as root on Debian and its relatives; anybody else is told
# the one command to run. The build must have its things; of the tests' things what stays missing
# only makes the tests that want it skip, with that reason.
set -eu

# NEED: package, then a command or an absolute path that shows it is there.
build_needs='
gcc gcc
make make
libc6-dev /usr/include/stdio.h
linux-libc-dev /usr/include/linux/seccomp.h
musl-tools musl-gcc
libjansson-dev /usr/include/jansson.h
'
test_needs='
perl prove
strace strace
util-linux setpriv
libseccomp-dev /usr/include/seccomp.h
clang clang
clang-format clang-format
python3 /usr/bin/python3
python3-jsonschema /usr/lib/python3/dist-packages/jsonschema
git git
bubblewrap bwrap
mandoc mandoc
sqlite3 sqlite3
nodejs node
procps ps
vim vim.basic
less less
tmux tmux
apparmor /usr/sbin/apparmor_parser
gdb gdb
'

deb_needs='
dpkg-dev dpkg-buildpackage
debhelper dh
dh-apparmor dh_apparmor
lintian lintian
debootstrap debootstrap
fakeroot fakeroot
perl prove
'
kernels_needs='
perl prove
qemu-system-x86 qemu-system-x86_64
'

# Other sandboxes, for docs/comparison.md alone: no test wants one. @openai/codex and
# @anthropic-ai/sandbox-runtime are packages of npm.
peers_needs='
bubblewrap bwrap
firejail firejail
podman podman
runc /usr/sbin/runc
util-linux unshare
nodejs node
ripgrep rg
socat socat
python3 /usr/bin/python3
'

missing() {
    printf '%s\n' "$1" | while read -r package shows; do
        case $shows in
        '') ;;
        /*) [ -e "$shows" ] || echo "$package" ;;
        *) command -v "$shows" >/dev/null 2>&1 || echo "$package" ;;
        esac
    done
}

case ${1:-} in
build) needs=$build_needs ;;
test) needs=$build_needs$test_needs ;;
peers) needs=$build_needs$peers_needs ;;
deb) needs=$build_needs$deb_needs ;;
kernels) needs=$build_needs$kernels_needs ;;
*)
    echo "usage: deps.sh build|test|peers|deb|kernels" >&2
    exit 125
    ;;
esac

list=$(missing "$needs" | tr '\n' ' ')
[ -n "$list" ] || exit 0
command="apt-get update && apt-get install -y --no-install-recommends $list"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing: $list" >&2
    export DEBIAN_FRONTEND=noninteractive
    # Fresh lists first: those of an image are often too old for its mirror.
    { apt-get update && apt-get install -y --no-install-recommends $list; } >/dev/null 2>"${TMPDIR:-/tmp}/deps.$$" || {
        cat "${TMPDIR:-/tmp}/deps.$$" >&2
        echo "The packages could not be installed." >&2
    }
    rm -f "${TMPDIR:-/tmp}/deps.$$"
else
    echo "Missing: $list" >&2
    echo "Run as root: $command" >&2
fi

# gcc and make alone are indispensable; musl makes starts faster, and the tests skip by themselves.
left=$(missing "$build_needs" | grep -v '^musl-tools$' | tr '\n' ' ') || true
if [ -n "$left" ]; then
    echo "Cannot build without: $left" >&2
    exit 125
fi
