#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Debian package (`make check-deb`, no part of check): lintian has nothing to say; in a fresh
# Debian root it installs, runs as root and as an ordinary user, is whole, and leaves nothing behind.
#
# The root is made by debootstrap from this host's own archive, once, and kept as $BUILD/deb-root.tar.
# It takes root: what is in it must belong to many users. It is entered by pivot_root(2), as a
# container would, since the kernel gives no user namespace in a chroot.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=60
DEB=$BUILD/deb
ROOT=$TMP/root

package=$(ls "$DEB"/pinfold_*.deb 2>/dev/null)
[ "$package" ] || {
    echo 'Bail out! there is no package: make deb'
    exit 1
}

# ---- what it is ----------------------------------------------------------------------------------

if command -v lintian >/dev/null; then
    TAP_TIMEOUT=200 run lintian --allow-root -EIL +pedantic --tag-display-limit 0 "$DEB"/pinfold_*.changes
    is "lintian, everything on" "$status:$out:$err" "0::"
else
    skip "lintian" "lintian is not installed"
fi

dpkg-deb -c "$package" | awk '{ print $1, $2, $6 }' >"$TMP/contents"
# The tree says what has to be there: nobody writes a list.
for file in "$TAP_TOP"/man/*; do
    page=$(basename "$file")
    ok "holds $page" grep -q " \./usr/share/man/man${page##*.}/$page.gz\$" "$TMP/contents"
done
for file in "$TAP_TOP"/profiles/*.json; do
    ok "holds $(basename "$file")" grep -q " \./usr/share/pinfold/profiles/$(basename "$file")\$" "$TMP/contents"
done
for path in bin/pinfold bin/pinfold-probe bin/pinfold-matrix bin/pinfold-bench share/bash-completion/completions/pinfold \
    share/zsh/vendor-completions/_pinfold share/fish/vendor_completions.d/pinfold.fish share/pinfold/policy.schema.json \
    share/pinfold/apparmor/pinfold share/doc/pinfold/copyright; do
    ok "holds /usr/$path" grep -q " \./usr/$path\$" "$TMP/contents"
done
is "all of it is root's, and nothing is set-ID or writable to others" \
    "$(awk '$2 != "root/root" || $1 ~ /[sSt]/ || $1 ~ /^[^l]....w|^[^l].......w/' "$TMP/contents")" ""
is "no configuration is put into /etc here" "$(grep ' \./etc/' "$TMP/contents")" ""
is "nothing runs when it is installed" "$(dpkg-deb -I "$package" | grep -E 'postinst|preinst|postrm|prerm')" ""
like "it says whose code it contains" "$(dpkg-deb -f "$package" Built-Using)" 'jansson \(= [0-9]'

# ---- the fresh root ------------------------------------------------------------------------------

fresh_root() { # ARCHIVE
    # shellcheck disable=SC1091
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016 # apt's own words
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 2>/dev/null |
        sed -n "s/ $suite\$//p" | head -n 1)
    [ "$mirror" ] && timeout 400 debootstrap --variant=minbase "$suite" "$ROOT" "$mirror" >"$TMP/debootstrap" 2>&1 &&
        rm -f "$ROOT"/var/cache/apt/archives/*.deb && tar -c -C "$ROOT" -f "$1.new" . && mv "$1.new" "$1"
}

# in_root COMMAND...: with /proc, /dev and /tmp as a container has them; nothing of it outlives it.
in_root() {
    # shellcheck disable=SC2016
    run unshare --mount --pid --fork --kill-child -- sh -c '
        set -e
        mount --make-rprivate /
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        mount -t tmpfs -o mode=1777 tmp "$1/tmp"
        cd "$1"
        mkdir -p run/old
        pivot_root . run/old
        umount -l /run/old
        rmdir /run/old
        shift
        exec "$@"' sh "$ROOT" "$@"
}

inside_user() { in_root setpriv --reuid=1234 --regid=1234 --clear-groups -- "$@"; }

# Every path with its kind, owner, mode and target, every file with its sum; not what dpkg keeps of
# its own doings.
listing() {
    (cd "$ROOT" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache/ldconfig \
        -o -path ./var/cache/debconf -o -path ./dev \) -prune -o -printf '%p %y %u %m %l\n' -type f -fprint0 "$TMP/files" &&
        sort -z <"$TMP/files" | xargs -0 md5sum) | sort
}

if [ "$(id -u)" != 0 ]; then
    skip "a fresh root" "takes root"
    done_testing
elif ! command -v debootstrap >/dev/null; then
    skip "a fresh root" "debootstrap is not installed"
    done_testing
fi
mkdir -p "$ROOT"
if [ -e "$BUILD/deb-root.tar" ]; then
    tar -x -C "$ROOT" -f "$BUILD/deb-root.tar"
elif ! fresh_root "$BUILD/deb-root.tar"; then
    tap_diag "$(tail -n 3 "$TMP/debootstrap" 2>/dev/null)"
    skip "a fresh root" "debootstrap failed: is the archive reachable?"
    done_testing
fi

listing >"$TMP/before"
cp "$package" "$ROOT/var/pinfold.deb"
in_root dpkg -i /var/pinfold.deb
is "it installs, and needs nothing else" "$status" 0
rm "$ROOT/var/pinfold.deb"
listing >"$TMP/installed"
is "what is there now is what the package holds, and nothing else" \
    "$(diff "$TMP/before" "$TMP/installed" | sed -n 's/^> \.\([^ ]*\) [^d].*/\1/p' | sort)" \
    "$(awk '$1 !~ /^d/ { sub(/^\./, "", $3); print $3 }' "$TMP/contents" | sort)"
is "and nothing that was there has changed" "$(diff "$TMP/before" "$TMP/installed" | grep '^<')" ""
in_root dpkg --verify pinfold
is "dpkg finds it whole" "$status:$out" "0:"

for as in in_root inside_user; do
    $as pinfold run --profile full -- sh -c 'echo ran; cat /proc/1/comm'
    is "it runs ($as)" "$status:$(echo $out)" "0:ran pinfold-init"
    $as pinfold run --profile full -- cat /etc/passwd
    is "and shuts in ($as)" "$status:$out" "1:"
    $as pinfold doctor
    like "doctor finds all of it ($as)" "$status:$out" '^0:'
    $as pinfold-probe --family seed
    like "the probe answers ($as)" "$out" 'mount.tmpfs'
    $as pinfold matrix --only mount.tmpfs
    is "the matrix measures, with what is installed ($as)" "$status" 0
    $as pinfold bench --help
    is "the benchmark is found ($as)" "$status" 0
done
in_root bash -n /usr/share/bash-completion/completions/pinfold
is "bash reads the completion" "$status" 0
in_root pinfold policy show strict
is "the shipped policies are in it" "$status" 0
in_root pinfold --version
like "the version is the package's" "$out" "^pinfold $(dpkg-deb -f "$package" Version | sed 's/\./\\./g')\$"

in_root dpkg --purge pinfold
is "it goes" "$status" 0
listing >"$TMP/after"
is "and leaves nothing behind" "$(diff "$TMP/before" "$TMP/after")" ""
done_testing
