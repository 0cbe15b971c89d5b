#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A system that runs from its initramfs, which no pivot_root(2) can leave.
. "$(dirname "$0")/kernel.inc"

from_initramfs() {
    refused 'the initramfs as root' mount 'pivot_root.*EINVAL' 'initramfs.*switch_root'
    starts 'without a root of our own' --without mount --without readonly
    is "layers says so ($who)" "$(state mount | cut -d : -f 1)" unavailable
}
each from_initramfs
done_testing
