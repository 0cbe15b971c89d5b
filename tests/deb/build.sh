#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Debian package, from a copy of the tree: `make deb`. What it makes lies in $BUILD/deb.
#
# Nothing is built in the tree itself, whose build folder stays what it was. DEB_BUILD_OPTIONS is
# dpkg-buildpackage's; "nocheck" leaves the unit tests out.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
cd "$TOP"

command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null && command -v dh_apparmor >/dev/null || {
    echo 'The package is built by dpkg-dev, debhelper and dh-apparmor: tools/deps.sh deb' >&2
    exit 125
}
version=$(sed -n '1s/^pinfold (\(.*\)) .*/\1/p' debian/changelog)
grep -q "^VERSION := $version\$" Makefile || {
    echo "debian/changelog says $version, and Makefile another version" >&2
    exit 1
}
rm -rf "$BUILD/deb"
mkdir -p "$BUILD/deb/pinfold-$version"
tar -c --exclude=./.git --exclude=./build --exclude='./build-*' --exclude=__pycache__ . | tar -x -C "$BUILD/deb/pinfold-$version"
cd "$BUILD/deb/pinfold-$version"
export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-} parallel=$(nproc)"
# A make around us has set variables that are none of the package's.
unset MAKEFLAGS MAKELEVEL MFLAGS BUILD
dpkg-buildpackage -us -uc >../build.log 2>&1 || {
    tail -n 30 ../build.log >&2
    exit 1
}
cd ..
ls "$PWD"/*.deb
