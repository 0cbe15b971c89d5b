#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A boot with other words: locked down, without AppArmor, without IPv6.
. "$(dirname "$0")/kernel.inc"

careful() {
    for profile in none ns_only landlock full; do
        starts "profile $profile" --profile "$profile"
    done
    is "layers: nothing is missing ($who)" "$($PINFOLD layers --tsv | cut -f 4 | grep -c unavailable)" 0
}
like 'locked down' "$(cat /sys/kernel/security/lockdown)" '\[confidentiality\]'
unlike 'no AppArmor' "$(cat /sys/kernel/security/lsm)" apparmor
ok 'no IPv6' [ ! -e /proc/net/if_inet6 ]
each careful
done_testing
