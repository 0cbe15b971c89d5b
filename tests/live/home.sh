#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A home that is kept (--home NAME): what is written there is there again, for one run at a time, its owner's alone.
. "$(dirname "$0")/live.inc"

CALLER_HOME=$TMP/home
REPO=$CALLER_HOME/work

# here OPTIONS... COMMAND: pinfold run in the workspace, by a caller whose home and state are of this test.
here() {
    $as env -C "$REPO" HOME="$CALLER_HOME" "XDG_CONFIG_HOME=$TMP/config" "XDG_STATE_HOME=$STATE" "$PINFOLD" "$@"
}

fresh() {
    STATE=$TMP/state-$who HOMES=$TMP/state-$who/pinfold/homes
    rm -rf "$STATE" "$CALLER_HOME"
    mkdir -p "$REPO" "$CALLER_HOME/.local/bin" "$STATE" "$TMP/config"
    chmod 700 "$STATE"
    owner=$(id -u)
    [ "$who" = root ] || owner=$agent
    chown -R "$owner:$owner" "$CALLER_HOME" "$STATE" 2>/dev/null
}

kept() {
    fresh
    here plan --home dev true
    is "a plan shows it ($who)" "$(echo "$out" | sed -n '/kind: home/{n;p;n;p;}' | tr -d ' \n')" "source:$HOMES/devwritable:yes"
    ok "... and makes nothing ($who)" [ ! -e "$STATE/pinfold" ]
    here run --home dev sh -c 'echo one >~/.rc; mkdir -p ~/.config/x; stat -c %a ~; pwd'
    is "a new home ($who)" "$status:$out" "0:700
$REPO"
    is "... of its owner's alone ($who)" "$(stat -c '%u %a' "$HOMES/dev" "$HOMES/dev/.rc" "$HOMES/dev/.config/x" 2>&1 | tr '\n' ,)" \
        "$owner 700,$owner 644,$owner 755,"
    here run --home dev --report - sh -c 'cat ~/.rc; chmod 777 ~; ls -A ~ | tr "\n" " "'
    like "is there again in the next run, and in its report ($who)" "$out" '"kind":"home"|"kind": "home"'
    is "... with what is shown in it ($who)" "$(echo "$out" | tail -n 1)" '.config .local .rc work '
    here run --home other sh -c 'cat ~/.rc' 2>/dev/null
    is "another name is another home ($who)" "$status:$out" 1:
    here run sh -c 'cat ~/.rc' 2>/dev/null
    is "and without a name it is empty ($who)" "$status:$out" 1:
    is "... closed again though it was opened inside ($who)" "$(here run --home dev true; stat -c %a "$HOMES/dev")" 700
    is "nothing else is left ($who)" "$(cd "$CALLER_HOME" && find . | sort | tr '\n' ' ')" '. ./.local ./.local/bin ./work '
    echo '{"extends": "default", "home": "dev"}' >"$TMP/config/p.json"
    here run --policy "$TMP/config/p.json" cat "$CALLER_HOME/.rc"
    is "a policy names it, too ($who)" "$status:$out" 0:one
    echo '{"home": "dev"}' >"$REPO/.pinfold.json"
    here run true
    is "a workspace's own file does not ($who)" "$status" 125
    like "... which is said ($who)" "$err" '\.pinfold\.json: home: this would allow more: dev'
    rm -f "$REPO/.pinfold.json"
    here run --home dev sh -c 'mkdir -p ~/bin && printf "#!/bin/sh\necho planted\n" >~/bin/ls && chmod +x ~/bin/ls'
    here run --home dev env
    unlike "what is kept is no place to find commands in ($who)" "$out" "^PATH=.*$CALLER_HOME/bin"
    here run --home dev --setenv "X=$HOMES" sh -c 'ls "$X" || ls "$X/other"' 2>/dev/null
    is "other homes are not in sight ($who)" "$status:$out" 2:
}

one_at_a_time() {
    fresh
    cat >"$TMP/holder" <<END
#!/bin/sh
cd "$REPO" && HOME=$CALLER_HOME XDG_STATE_HOME=$STATE XDG_CONFIG_HOME=$TMP/config exec "\$@"
END
    chmod 755 "$TMP/holder"
    # shellcheck disable=SC2086
    $drop "$TMP/holder" "$PINFOLD" run --home dev sh -c 'echo up; exec sleep 30' >"$TMP/up" 2>/dev/null &
    holder=$!
    wait_for up "$TMP/up"
    here run --home dev sh -c 'echo ran'
    is "a home has one run at a time ($who)" "$status:$out" 125:
    like "... who is named ($who)" "$err" "^pinfold: --home dev: another run has this home: process [0-9]+, started in $REPO"
    like "... and what to do ($who)" "$err" 'Wait until it ends, end it \(kill [0-9]+\), or choose another name'
    here run --home dev2 echo ran
    is "another home is free ($who)" "$status:$out" 0:ran
    kill -KILL "$holder"
    wait "$holder" 2>/dev/null
    here run --home dev echo ran
    is "after a run that was killed it is free again ($who)" "$status:$out" 0:ran
    here run --home dev true
    is "... once and for all ($who)" "$status:$err" 0:
}

refusals() {
    fresh
    long=$(printf 'a%.0s' $(seq 65))
    for name in .x -x a/b ../x "a b" '' "$long"; do
        here run "--home=$name" sh -c 'echo ran'
        is "no home has the name \"$name\" ($who)" "$status:$out" 125:
        like "... which is said ($who)" "$err" '--home.*cannot be the name of a home'
    done
    here run --home "$(printf 'a\nb')" sh -c 'echo ran'
    is "nor one with a control byte ($who)" "$status:$out" 125:
    here run --profile full --home dev true
    like "the bare view has none ($who)" "$status:$err" '125:.*the view bare has no home'
    here run --without readonly --without mount --home dev true
    like "nor has a run without the layer mount ($who)" "$status:$err" '125:.*takes the layer mount'
    here run --home dev --rw "$STATE" true
    like "what keeps it is not shown ($who)" "$status:$err" '125:.*where pinfold keeps its state'
    here run --home dev --report "$HOMES/dev/report" true
    like "a report cannot lie in it ($who)" "$status:$err" '125:.*which the command may write'
    rm -rf "$HOMES/dev"
    ln -s "$REPO" "$HOMES/dev"
    here run --home dev sh -c 'echo ran'
    like "a link is not followed to it ($who)" "$status:$out:$err" '125::.*homes/dev cannot be made or opened as a directory'
    rm -f "$HOMES/dev"
    if [ "$TAP_UID" = 0 ]; then
        mkdir -m 755 "$HOMES/dev"
        chown 65533 "$HOMES/dev"
        here run --home dev sh -c 'echo ran'
        like "nor is another's directory taken ($who)" "$status:$out:$err" '125::.*homes/dev belongs to uid 65533'
        rmdir "$HOMES/dev"
    fi
    here run --home dev sh -c 'rm -rf ~/x; ln -s / ~/src'
    here run --home dev --ro "$TMP/config:$CALLER_HOME/src/a" sh -c 'echo ran'
    like "a link where something is to be shown ($who)" "$status:$out:$err" "125::.*$CALLER_HOME/src in the home is no directory"
    like "... is named ($who)" "$err" "Move $HOMES/dev/src away"
}

# With --user it is that user's, whom nobody else's directory lets in.
by_user() {
    fresh
    chown -R 65533:65533 "$REPO"
    here run --user 65533 --home dev sh -c 'id -u; echo mine >~/.rc'
    is "--user has a home of its own" "$status:$out" 0:65533
    is "... which is that user's" "$(stat -c '%u %a' "$STATE/pinfold/uid-65533/homes/dev" 2>&1):$(cat "$STATE/pinfold/uid-65533/homes/dev/.rc")" \
        "65533 700:mine"
    here run --user 65533 --home dev sh -c 'cat ~/.rc'
    is "... and kept" "$status:$out" 0:mine
}

if [ "$TAP_UID" = 0 ]; then
    as=run who=root
    fresh
    here run true
    case $err in *id-mapped*)
        skip "a home that is kept, started by root" "the file system of $TMP cannot be seen through an id-mapped mount"
        done_testing
        ;;
    esac
    by_user
fi
each_uid kept
each_uid one_at_a_time
each_uid refusals
done_testing
