#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pinfold on another kernel: boots Debian's in an emulated machine that has nothing but busybox and
# our programs, and passes on the TAP that tests/kernel/inside/*.sh print there. `make check-kernels`.
#
# The machine is its own host: root may set any sysctl in it, and nothing outside can be reached.
# Kernel, busybox and cpio come from Debian's archive once, and are unpacked below $BUILD/kernel, not
# installed. Every boot has a time-out, and must say itself that it came to its end.
#
#   run.sh [BOOT...]      all boots, or some: the first words of the calls of boot below
set -u
export LC_ALL=C
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
KERNEL=$BUILD/kernel
BOOT_TIMEOUT=${BOOT_TIMEOUT:-300}
QEMU=qemu-system-x86_64
WANTED=" $* "
count=0 bad=0

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

bail_out() {
    echo "Bail out! $1"
    exit 1
}

# The kernel that the archive's meta package stands for, and programs that need no libraries of ours.
fetch() {
    [ -e "$KERNEL/fetched" ] && return 0
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
        skip_all 'the kernel is a Debian package: takes apt-get and dpkg-deb'
    image=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[^ ]*\)$/\1/p')
    [ "$image" ] || skip_all 'the package lists name no linux-image-amd64 (apt-get update)'
    rm -rf "$KERNEL/deb" "$KERNEL/tree"
    mkdir -p "$KERNEL/deb" "$KERNEL/tree" || bail_out "$KERNEL cannot be written"
    (cd "$KERNEL/deb" && timeout 120 apt-get download "$image" busybox-static cpio) >"$KERNEL/fetch.log" 2>&1 ||
        skip_all "the archive is not reachable: $(grep '^E:' "$KERNEL/fetch.log" | head -n 1)"
    for deb in "$KERNEL"/deb/*.deb; do
        dpkg-deb -x "$deb" "$KERNEL/tree" || bail_out "$deb cannot be unpacked"
    done
    # Hundreds of megabytes; what is tested is built in.
    rm -rf "$KERNEL/deb" "$KERNEL/tree/lib/modules"
    : >"$KERNEL/fetched"
}

# A merged /usr of links to busybox, so that the composed root has programs in it.
make_tree() {
    mkdir -p "$1/usr/bin" "$1/usr/lib" "$1/etc" "$1/opt/pinfold" "$1/tests/inside" "$1/new" "$1/dev"
    ln -s usr/bin "$1/bin"
    ln -s usr/bin "$1/sbin"
    ln -s usr/lib "$1/lib"
    cp "$KERNEL/tree/bin/busybox" "$1/usr/bin/"
    "$1/usr/bin/busybox" --list | grep -v -x busybox | while read -r applet; do
        ln -s busybox "$1/usr/bin/$applet"
    done
    for program in "$BUILD/pinfold" "$BUILD/pinfold-probe" "$KERNEL/pinfold-matrix" \
        "$BUILD/tests/helper/try" "$BUILD/tests/helper/pty" "$BUILD/tests/helper/bomb"; do
        install -m 755 "$program" "$1/opt/pinfold/" || bail_out "no $program: use make check-kernels"
    done
    install -m 755 "$TOP/tests/kernel/init" "$1/init"
    cp "$TOP"/tests/kernel/inside/* "$1/tests/inside/"
    cp "$TOP/tests/tap.sh" "$TOP/tests/matrix.inc" "$TOP/tests/matrix.tsv" "$1/tests/"
    printf '%s:x:%s:%s::/:/bin/sh\n' root 0 0 user 1000 1000 nobody 65534 65534 >"$1/etc/passwd"
    printf '%s:x:%s:\n' root 0 user 1000 nogroup 65534 >"$1/etc/group"
    printf '%s:*:19000:0:99999:7:::\n' root user nobody >"$1/etc/shadow"
    chmod -R a+rX "$1"
    chmod 600 "$1/etc/shadow"
}

make_initramfs() {
    rm -rf "$KERNEL/root"
    make_tree "$KERNEL/root"
    (cd "$KERNEL/root" && find . | "$KERNEL/tree/bin/cpio" -o -H newc -R 0:0 --quiet) |
        gzip -1 >"$KERNEL/initramfs.gz" || bail_out 'no initramfs could be made'
}

result() { # GOOD NAME
    count=$((count + 1))
    [ "$1" = 0 ] || {
        bad=$((bad + 1))
        printf 'not '
    }
    echo "ok $count - $2"
    return "$1"
}

# What the machine printed, numbered on from here.
pass_on() { # NAME
    while IFS= read -r line; do
        case $line in
        'ok '*) result 0 "$1: ${line#* - }" ;;
        'not ok '*) result 1 "$1: ${line#* - }" ;;
        1..*) ;;
        *) printf '# %s\n' "${line#\# }" ;;
        esac
    done <"$KERNEL/$1.tap"
}

# boot NAME WORD INIT [SECONDS]: runs tests/kernel/inside/NAME.sh on a machine booted with the kernel's WORDs.
boot() {
    case $WANTED in "  " | *" $1 "*) ;; *) return 0 ;; esac
    : >"$KERNEL/$1.tap"
    start=$(date +%s)
    timeout -k 5 "${4:-$BOOT_TIMEOUT}" "$QEMU" -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -nodefaults \
        -display none -nic none -no-reboot -kernel "$KERNEL"/tree/boot/vmlinuz-* -initrd "$KERNEL/initramfs.gz" \
        -serial "file:$KERNEL/$1.log" -serial "file:$KERNEL/$1.tap" \
        -append "console=ttyS0 quiet panic=-1 $2 -- $3 $1" </dev/null >"$KERNEL/$1.qemu" 2>&1
    ended=$?
    pass_on "$1"
    echo "# $1: $(($(date +%s) - start)) s"
    # Powered off in time, after as many results as the script counted itself.
    planned=$(sed -n 's/^1\.\.\([1-9][0-9]*\)$/\1/p' "$KERNEL/$1.tap")
    printed=$(grep -c -E '^(not )?ok ' "$KERNEL/$1.tap")
    [ "$ended" = 0 ] && [ "$planned" = "$printed" ]
    result $? "$1: the machine came to its end" || {
        echo "# qemu ended with $ended (124: after ${4:-$BOOT_TIMEOUT} s), $printed results, planned: ${planned:-none}"
        tail -n 15 "$KERNEL/$1.log" "$KERNEL/$1.qemu" | sed 's/^/# /'
    }
}

[ "$(uname -m)" = x86_64 ] || skip_all 'the programs and the machine are of x86-64'
command -v "$QEMU" >/dev/null || "$TOP/tools/deps.sh" kernels 2>/dev/null || true
command -v "$QEMU" >/dev/null || skip_all "$QEMU is not installed (package qemu-system-x86)"
fetch
make_initramfs
boot layers '' ''
# Thousands of starts: minutes each, where everything is emulated.
boot matrix MATRIX_AS=root '' 1000
boot matrix MATRIX_AS=user '' 1000
boot sysctl '' ''
boot limits '' ''
boot doctor '' ''
boot no-landlock 'lsm=lockdown,yama,apparmor' ''
boot careful 'lockdown=confidentiality apparmor=0 ipv6.disable=1' ''
boot rootfs '' rootfs
echo "1..$count"
[ "$bad" = 0 ] && [ "$count" != 0 ]
