#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Completions, for real in bash, and as far as the other shells are there; the topics of help; --version.
. "$(dirname "$0")/../tap.sh"

for shell in bash zsh fish; do
    "$PINFOLD" completion "$shell" >"$TMP/$shell"
    is "completion $shell ends with 0" $? 0
    if command -v "$shell" >/dev/null; then
        ok "$shell reads it" "$shell" -n "$TMP/$shell"
    else
        skip "$shell reads it" "$shell is not installed"
    fi
done

# complete WORD...: what bash would offer for the last word.
complete() {
    PATH="$BUILD:$PATH" bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pinfold; printf "%s\n" "${COMPREPLY[@]}"' \
        "$TMP/bash" "$@" | sort -u | tr '\n' ' '
}

if command -v bash >/dev/null; then
    is "commands" "$(complete pinfold pl)" "plan "
    is "options" "$(complete pinfold run --fall)" "--fallback "
    is "layers" "$(complete pinfold run --without sec)" "seccomp "
    is "profiles" "$(complete pinfold plan --profile landlock)" "landlock landlock-only "
    is "paths" "$(complete pinfold run --ro /us)" "/usr "
    is "options of other commands" "$(complete pinfold doctor --j)" "--json "
    is "options of programs beside it" "$(complete pinfold matrix --exh)" "--exhaustive "
    is "all commands of --help are offered" "$("$PINFOLD" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort | tr '\n' ' ')" \
        "$(complete pinfold '' | tr ' ' '\n' | grep -v '^--' | grep . | tr '\n' ' ')"
    for option in $("$PINFOLD" run --help | sed -n 's/^  --\([a-z0-9-]*\).*/\1/p'); do
        like "--$option is offered" "$(complete pinfold run "--$option")" "^--$option "
    done
else
    skip "completing" "bash is not installed"
fi

for topic in $("$PINFOLD" help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
    run "$PINFOLD" help "$topic"
    is "help $topic prints something" "$status:${out:+text}" 0:text
done
run "$PINFOLD" help nothing
is "a topic that is not there is refused" "$status" 125
run "$PINFOLD" --version
like "--version says the version" "$(printf '%s\n' "$out" | head -1)" '^pinfold [0-9.]+$'
like "... and what the build is" "$(echo "$out" | tr '\n' ' ')" 'libc: (musl|glibc) +filter: [a-z0-9_]+, [0-9]+ instr'
done_testing
