#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer env: the caller's variables by allow-list.
. "$(dirname "$0")/live.inc"

# From an environment that is wholly known: a few that pass, and what must not.
known='PATH=/usr/bin:/bin HOME=/h USER=u LOGNAME=l SHELL=/s TERM=t LANG=C LC_ALL=C LC_X=x TZ=UTC'
secret='API_TOKEN=s3cret AWS_SECRET_ACCESS_KEY=s3cret SSH_AUTH_SOCK=s3cret LD_PRELOAD=/s3cret.so
    DBUS_SESSION_BUS_ADDRESS=s3cret LCX=s3cret PATHX=s3cret XPATH=s3cret lang=s3cret EMPTY= TZ_=s3cret
    AGENT_DIR=s3cret BASH_ENV=s3cret ENV=s3cret PYTHONSTARTUP=s3cret'

environment() { # OPTIONS...: the command's environment, sorted, in one line
    # shellcheck disable=SC2086
    $as env -i $known $secret "$PINFOLD" run --profile full "$@" /usr/bin/env
    out=$(printf '%s\n' "$out" | sort | tr '\n' ' ' | sed 's/ $//')
}

lists() {
    home=/h
    [ "$who" = user ] || home=/tmp
    want=$(echo "$known" | sed "s,HOME=/h,HOME=$home," | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//')
    for options in '--profile none --with env' '--profile full' '--without pid'; do
        # shellcheck disable=SC2086
        environment $options
        is "on: exactly the list under $options ($who)" "$out" "$want"
    done
    for options in '--profile none' '--profile ns_only' '--profile landlock' '--without env'; do
        # shellcheck disable=SC2086
        environment $options
        like "off: the secrets are there under $options ($who)" "$out" 'API_TOKEN=s3cret'
        # shellcheck disable=SC2086
        is "off: all of them under $options ($who)" "$(printf '%s' "$out" | tr ' ' '\n' |
            grep -c s3cret)" "$(printf '%s\n' $secret | grep -c s3cret)"
    done
    environment --env-keep API_TOKEN --env-keep EMPTY --env-keep NOT_THERE
    is "--env-keep: those alone ($who)" "$out" \
        "$(echo "$want API_TOKEN=s3cret EMPTY=" | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//')"
    environment --env-keep 'API_*' --env-keep '*'
    is "--env-keep: a name is no pattern ($who)" "$out" "$want"
    environment --setenv API_TOKEN=other --setenv LANG=X
    like "--setenv: a value of ours ($who)" "$out" '^API_TOKEN=other .*LANG=X'
    unlike "--setenv: not the caller's ($who)" "$out" 's3cret|LANG=C'
    environment --without env --setenv API_TOKEN=other
    unlike "--setenv replaces, where the layer is off, too ($who)" "$out" ' API_TOKEN=s3cret|^API_TOKEN=s3cret'
    like "--setenv: once ($who)" "$(printf '%s' "$out" | tr ' ' '\n' | grep -c '^API_TOKEN=')" '^1$'
}

# pid 1 was forked with the whole of the caller's environment in its memory.
init() {
    export PINFOLD_TEST_TOKEN=s3cret
    for options in '--profile full' '--profile ns_only --with env' '--without caps'; do
        # shellcheck disable=SC2086
        pin $options sh -c 'cat /proc/*/environ | tr "\0" "\n"'
        unlike "no process inside shows it under $options ($who)" "$out" s3cret
        like "though the command's own can be read under $options ($who)" "$out" '^PATH='
    done
    pin --profile none sh -c 'tr "\0" "\n" </proc/self/environ'
    like "off: it is there ($who)" "$out" s3cret
    unset PINFOLD_TEST_TOKEN
}

each_uid lists
each_uid init
done_testing
