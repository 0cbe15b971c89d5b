#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line: what every option does, and what is refused, with cause and remedy.
. "$(dirname "$0")/live.inc"
helpers try

mkdir "$TMP/show" "$TMP/show/sub" "$TMP/agent"
echo decoy >"$TMP/show/file"
echo deeper >"$TMP/show/sub/file"
echo tools >"$TMP/agent/tool"
chmod -R a+rX "$TMP/show" "$TMP/agent"
user_owned "$TMP/show"

# What is not `pinfold run`.
words() {
    $as "$PINFOLD"
    is "no word at all ($who)" "$status:$out" "125:"
    like "no word at all: the usage ($who)" "$err" '^usage: pinfold COMMAND'
    for word in --help --version 'run --help' 'plan --help' 'layers --help'; do
        # shellcheck disable=SC2086
        $as "$PINFOLD" $word
        is "$word ends with 0, and stderr is empty ($who)" "$status:$err" "0:"
        like "$word says something ($who)" "$out" '^(usage: )?pinfold'
    done
    for word in nonsense ../../bin/true /bin/true -x --nonsense '' .; do
        $as "$PINFOLD" "$word" --help
        is "$word is no command ($who)" "$status:$out" "125:"
        like "$word is no command: says so ($who)" "$err" 'there is no such command'
        like "$word is no command: remedy ($who)" "$err" '^  .pinfold --help. lists'
    done
    for word in --help 'plan --profile full true' layers; do
        timeout -k 2 20 $drop sh -c '"$@" >/dev/full' sh "$PINFOLD" $word 2>"$TMP/err"
        is "$word into a full disk is a failure ($who)" "$?: $(grep -c ENOSPC "$TMP/err")" "125: 1"
    done
    for option in profile with without ro rw agent chdir setenv env-keep hostname user report \
        allow-degraded tcp verbose help; do
        $as "$PINFOLD" run --help
        like "run --help lists --$option ($who)" "$out" "^  --$option "
    done
}

# OPTIONS, a command, what it prints. Every option in both ways of writing it.
show() {
    gives decoy "--ro FILE" --ro "$TMP/show/file" cat "$TMP/show/file"
    gives decoy "--ro=FILE" "--ro=$TMP/show/file" cat "$TMP/show/file"
    gives decoy "--ro FILE:DEST" --ro "$TMP/show/file:/a/b" cat /a/b
    gives "decoy deeper" "--ro DIR" --ro "$TMP/show" \
        sh -c 'echo $(cat "$1/file" "$1/sub/file")' sh "$TMP/show"
    gives "file sub" "--ro DIR:DEST" --ro "$TMP/show:/a/b/c" sh -c 'echo $(ls /a/b/c)'
    gives EROFS "--ro: no write into a file" --ro "$TMP/show/file:/f" "$BIN/try" write /f
    gives EROFS "--ro: no new file" --ro "$TMP/show:/d" "$BIN/try" create /d/new
    gives ok "--rw: a new file" --rw "$WORK:/d" "$BIN/try" create /d/new
    ok "--rw: the file is on the host ($who)" [ -f "$WORK/new" ]
    rm -f "$WORK/new"
    echo a >"$WORK/file"
    user_owned "$WORK"
    gives "decoy" "--optional: what is missing is left out" --ro "$TMP/show/file" --ro "$TMP/none" \
        --optional "$TMP/none" cat "$TMP/show/file"
    # shellcheck disable=SC2046 # a list of words
    gives 300 "as many mounts as are asked for" $(seq -f "--ro $TMP/show/file:/m/%g" 300) \
        sh -c 'ls /m | wc -l'
    gives ok "--rw FILE" --rw "$WORK/file" "$BIN/try" write "$WORK/file"
    gives ok "--rw FILE:DEST" --rw "$WORK/file:/etc/x" "$BIN/try" write /etc/x
    is "--rw FILE: both writes are on the host ($who)" "$(cat "$WORK/file")" "$(printf 'a\nxx')"
    rm -f "$WORK/file"
    gives "decoy" "--ro by a relative path is that path" --ro /proc/self/../../"$TMP/show/./file" \
        cat "$TMP/show/file"
    gives "decoy tools" "siblings, one of them below the other's parent" --ro "$TMP/show:/x/y/show" \
        --ro "$TMP/agent:/x/agent" sh -c 'echo $(cat /x/y/show/file /x/agent/tool)'
}

agent_dir() {
    gives "/agent tools" "--agent DIR" --agent "$TMP/agent" \
        sh -c 'echo $AGENT_DIR $(cat "$AGENT_DIR/tool")'
    gives EROFS "--agent is read-only" --agent "$TMP/agent" "$BIN/try" create /agent/x
    gives "$TMP/agent tools" "--agent without the mount layer" --profile none --agent "$TMP/agent" \
        sh -c 'echo $AGENT_DIR $(cat "$AGENT_DIR/tool")'
    gives "/else" "--setenv AGENT_DIR wins" --agent "$TMP/agent" --setenv AGENT_DIR=/else \
        sh -c 'echo $AGENT_DIR'
    pin sh -c 'ls -d /agent; echo "[$AGENT_DIR]"'
    is "without --agent there is neither ($who)" "$out" "[]"
}

small_options() {
    gives /tmp "--chdir" --chdir /tmp pwd
    gives "$TMP/show" "--chdir into what is shown" --ro "$TMP/show" --chdir "$TMP/show" pwd
    gives /usr "--chdir, profile none" --profile none --chdir /usr pwd
    gives "b c" "--setenv, the later one wins" --setenv A=x --setenv A=b --setenv "C=c" \
        sh -c 'echo $A $C'
    gives "=x= y" "--setenv: a value may hold = and blanks" --setenv "A==x= y" sh -c 'echo "$A"'
    gives "[]" "--setenv: an empty value" --setenv A= sh -c 'echo "[$A]"'
    export KEPT=kept LOST=lost
    gives "kept []" "--env-keep" --env-keep KEPT sh -c 'echo $KEPT "[$LOST]"'
    gives "kept" "--env-keep=NAME" --env-keep=KEPT sh -c 'echo $KEPT'
    gives "new" "--setenv wins over --env-keep" --env-keep KEPT --setenv KEPT=new sh -c 'echo $KEPT'
    unset KEPT LOST
    gives pinfold "the host name" uname -n
    gives pen-7 "--hostname" --hostname pen-7 uname -n
    gives "$(printf 'n%.0s' $(seq 64))" "--hostname of 64 bytes" --hostname "$(printf 'n%.0s' $(seq 64))" \
        uname -n
    gives 0 "--profile" --profile none sh -c 'grep -c "Seccomp:.2" /proc/self/status; true'
    gives 1 "--profile=, the last one counts" --profile none --profile=full \
        sh -c 'grep -c "Seccomp:.2" /proc/self/status; true'
    gives 1 "--with" --profile none --with nnp --with seccomp \
        sh -c 'grep -c "Seccomp:.2" /proc/self/status; true'
    gives 0 "--without" --without seccomp sh -c 'grep -c "Seccomp:.2" /proc/self/status; true'
    pin --verbose true
    for layer in nnp user pid mount readonly net ipc uts cgroup session fds env keyring rlimits caps \
        landlock seccomp; do
        [ "$layer" = ipc ] || [ "$layer" = cgroup ] ||
            like "--verbose names $layer with a time ($who)" "$err" "^pinfold: $layer .* us$"
    done
    is "--verbose keeps off stdout ($who)" "$status:$out" "0:"
    pin --allow-degraded landlock true
    is "--allow-degraded of what is there changes nothing ($who)" "$status:$out$err" "0:"
}

# The command's words are its own; ours end where it begins.
dashes() {
    cp "$BIN/try" "$WORK/--rw"
    cp "$BIN/try" "$WORK/-x"
    user_owned "$WORK"
    gives EEXIST "-- and a command whose name is that of an option" --ro "$WORK" --setenv "PATH=$WORK" \
        -- --rw mkdir /tmp
    gives EEXIST "-- and a command -x" --ro "$WORK" --setenv "PATH=$WORK" -- -x mkdir /tmp
    gives "--profile none" "options after the command are the command's" echo --profile none
    gives "-- x" "a second -- is the command's" -- echo -- x
    gives "--help" "--help after -- is the command's" -- printf '%s' --help
    pin - x
    is "a lone dash is a command ($who)" "$status" 127
    like "a lone dash is a command: not found ($who)" "$err" '^pinfold: -: the command was not found'
    rm -f "$WORK/--rw" "$WORK/-x"
}

ids() {
    if [ "$who" = root ]; then
        for options in '' '--profile none' '--without pid'; do
            # shellcheck disable=SC2086
            gives "12345 12345" "--user ID $options" $options --user 12345 \
                sh -c 'echo $(id -u) $(id -G)'
            # shellcheck disable=SC2086
            gives "12345 54321" "--user ID:GROUP $options" $options --user=12345:54321 \
                sh -c 'echo $(id -u) $(id -G)'
            # shellcheck disable=SC2086
            gives "65534 65534" "no --user $options" $options sh -c 'echo $(id -u) $(id -G)'
        done
        gives "4294967294" "the largest id" --user 4294967294 id -u
    else
        gives "$agent" "--user with the caller's own id" --user "$agent:$agent" id -u
        refused "--user with another id" --user 'only root' 'Leave --user out' --user 12345
    fi
}

each_uid words
each_uid show
each_uid agent_dir
each_uid small_options
each_uid dashes
each_uid ids
done_testing
