#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer keyring: no key of the caller's session, and none of another run's.
. "$(dirname "$0")/live.inc"
helpers try obstacle

on='--profile none --with keyring'
KEY=pinfold-test-$$

# session COMMAND...: in a session keyring of its own with the decoy key in it.
session() {
    # shellcheck disable=SC2086
    $as "$BIN/try" in-session "$KEY" "$@"
}

have_keys=$("$BIN/try" in-session "$KEY" /bin/echo yes)

keys() {
    session "$PINFOLD" run --profile none --ro "$BIN" "$BIN/try" key "$KEY"
    is "off: the caller's key is found ($who)" "$out" ok
    for options in "$on" '--profile none --with user --with keyring' '--profile full --without seccomp'; do
        # shellcheck disable=SC2086
        session "$PINFOLD" run $options --ro "$BIN" "$BIN/try" key "$KEY"
        is "on: it is not under $options ($who)" "$status:$out" "0:ENOKEY"
    done
    session "$PINFOLD" run --profile full --ro "$BIN" "$BIN/try" key "$KEY"
    is "full: keyctl(2) itself is refused ($who)" "$out" EPERM
    session /bin/sh -c '"$1" run --profile none "$2" key-add left; "$1" run --profile none "$2" key left' \
        sh "$PINFOLD" "$BIN/try"
    is "off: a key that one run leaves is found by the next ($who)" "$out" "ok
ok"
    session /bin/sh -c '"$1" run --profile none --with keyring "$2" key-add left
        "$1" run --profile none --with keyring "$2" key left' sh "$PINFOLD" "$BIN/try"
    is "on: it is not ($who)" "$out" "ok
ENOKEY"
    gives 0 "/proc/keys lists none" sh -c 'cat /proc/keys | wc -l'
    gives 0 "/proc/keys lists none under ns_only" --profile ns_only sh -c 'cat /proc/keys | wc -l'
}

# Where a filter around us refuses all that has to do with keys, there is nothing to part from.
none() {
    prefix="$BIN/obstacle keyctl=EPERM add_key=EPERM request_key=EPERM"
    gives ran "no call about keys is there: on all the same" $on echo ran
    gives EPERM "... and no key is found" $on "$BIN/try" key any
    prefix="$BIN/obstacle keyctl=EPERM add_key=EPERM"
    refused "one of them is there: refused" keyring 'session keyring.*EPERM' '--without keyring' $on
    prefix=''
}

each_uid none
if [ "$have_keys" = yes ]; then
    each_uid keys
else
    skip "keys" "this kernel or a filter around us gives no keys: $have_keys"
fi
done_testing
