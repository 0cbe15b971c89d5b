#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A run that names neither a profile nor a policy: the workspace is the current directory, and of the host
# there is nothing else. Who names a profile gets that alone.
. "$(dirname "$0")/live.inc"

CALLER_HOME=$TMP/home
REPO=$CALLER_HOME/work
mkdir -p "$REPO/below" "$CALLER_HOME/.ssh" "$TMP/config/pinfold"
echo a-key >"$CALLER_HOME/.ssh/id"
echo mine >"$REPO/file"
chmod 755 "$CALLER_HOME" "$REPO"

# here DIRECTORY OPTIONS... COMMAND: pinfold run there, by a caller whose home is $CALLER_HOME
here() {
    where=$1
    shift
    $as env -C "$where" HOME="$CALLER_HOME" "XDG_CONFIG_HOME=$TMP/config" "XDG_STATE_HOME=$TMP/state-$who" "$PINFOLD" run "$@"
}

mkdir -m 700 "$TMP/state-root" "$TMP/state-user"
user_owned "$TMP/state-user"

# A file system that root cannot show as its owner's: root must say whom to run as.
if [ "$TAP_UID" = 0 ]; then
    as=run who=root
    here "$REPO" true
    case $err in *id-mapped*)
        skip "the default, started by root" "the file system of $TMP cannot be seen through an id-mapped mount"
        done_testing
        ;;
    esac
fi

owned() {
    owner=$(id -u)
    [ "$who" = root ] || owner=$agent
    chown -R "$owner:$owner" "$CALLER_HOME" "$TMP/config" 2>/dev/null
}

workspace() {
    owned
    here "$REPO" sh -c 'pwd; cat file; echo new >made; mkdir d; ls -A ~ | tr "\n" " "; cat ~/.ssh/id'
    is "the current directory, and an empty home around it ($who)" "$status:$out" "1:$REPO
mine
work "
    is "what it writes is the owner's ($who)" "$(stat -c %u "$REPO/made" "$REPO/d" 2>&1 | sort -u):$(cat "$REPO/made")" "$owner:new"
    rm -rf "$REPO/made" "$REPO/d"
    here "$REPO" sh -c 'id -u; id -un; echo x >/x || echo x >/etc/x || echo x >/usr/x || echo refused' 2>/dev/null
    like "nobody's root, and nothing else to write ($who)" "$out" 'refused$'
    unlike "... nor root inside ($who)" "$out" '^(0|root)$'
    here "$REPO/below" sh -c 'pwd; ls -A ..'
    is "a directory below a project shows itself alone ($who)" "$out" "$REPO/below
below"
    here "$REPO" --rw . cat file
    is "--rw . says it once more ($who)" "$status:$out" 0:mine
    here "$REPO" --ro . sh -c 'cat file; echo x >file || echo refused' 2>/dev/null
    is "--ro . takes the writing away ($who)" "$(echo $out)" "mine refused"
    here "$REPO" --policy strict sh -c 'cat file; echo x >file || echo refused' 2>/dev/null
    is "... as the policy strict does ($who)" "$(echo $out)" "mine refused"
    here "$REPO" --without ipc --report - true
    like "a layer less leaves the rest of it ($who)" "$out" '"/etc/passwd"'
}

# strict: what lies in the workspace is read and not run: by its name, by an interpreter's line, by the linker. What
# reads a script runs it, which no mount can tell from reading.
strict() {
    printf '#!/bin/sh\necho ran\n' >"$REPO/script"
    cp /bin/true "$REPO/program"
    chmod 755 "$REPO/script" "$REPO/program"
    owned
    linker=$(LC_ALL=C readelf -l /bin/true 2>/dev/null | sed -n 's/.*interpreter: \(.*\)]/\1/p')
    here "$REPO" sh -c './script && ./program && echo all'
    is "by default a workspace's files are run ($who)" "$status:$out" "0:ran
all"
    here "$REPO" --policy strict -- ./script
    is "strict: not a script as the command ($who)" "$status:$out" 126:
    like "... which says why ($who)" "$err" 'Nothing is executed where it lies: by --noexec, as the policy strict has it'
    here "$REPO" --policy strict -- sh -c './script; echo $?; ./program; echo $?' 2>/dev/null
    is "... nor what a command starts ($who)" "$(echo $out)" "126 126"
    if [ -n "$linker" ]; then
        here "$REPO" --policy strict -- sh -c '"$1" ./program; [ $? -ne 0 ] && echo refused' sh "$linker" 2>/dev/null
        is "... nor by way of the linker ($who)" "$out" refused
        here "$REPO" -- "$linker" ./program
        is "... which works by default ($who)" "$status" 0
    else
        skip "strict: the linker ($who)" "readelf is not installed"
    fi
    here "$REPO" --policy strict -- sh ./script
    is "... but who reads a script can run it ($who)" "$status:$out" 0:ran
    here "$REPO" --policy strict --report - true
    like "... and the report tells it ($who)" "$(echo "$out" | tr -d ' \n')" "\"source\":\"$REPO\",\"writable\":false,\"noexec\":true"
    echo '{"filesystem": {"noexec": ["$WORKSPACE"]}}' >"$REPO/.pinfold.json"
    here "$REPO" sh -c 'echo x >made && ./script' 2>/dev/null
    is "a workspace's own file may ask for it ($who)" "$status:$out" 126:
    rm -f "$REPO/.pinfold.json" "$REPO/made"
    $as env -C "$REPO" "$PINFOLD" run --profile landlock-only --ro "$REPO" --noexec "$REPO" sh -c 'cat file; ./script' 2>/dev/null
    is "Landlock alone refuses it, too ($who)" "$status:$out" 126:mine
    rm -f "$REPO/script" "$REPO/program"
}

# A repository, and a worktree whose repository lies elsewhere: git works in both, and nothing of them moves.
repositories() {
    if [ ! -x /usr/bin/git ]; then
        skip "git in a worktree ($who)" "/usr/bin/git is not installed"
        return
    fi
    rm -rf "$TMP/home/main" "$TMP/home/linked"
    git init -q "$TMP/home/main"
    git -C "$TMP/home/main" -c user.name=a -c user.email=b@c commit -q --allow-empty -m first
    git -C "$TMP/home/main" worktree add -q "$TMP/home/linked" -b side
    owned
    for place in main linked; do
        here "$CALLER_HOME/$place" sh -c 'git -c user.name=a -c user.email=b@c commit -q --allow-empty -m second && git log --format=%s | wc -l'
        is "git in a $place worktree ($who)" "$status:$out:$err" 0:2:
        is "... and the host finds it there, whole ($who)" \
            "$(git -c safe.directory='*' -C "$CALLER_HOME/$place" log --format=%s 2>&1 | head -n 1)" second
    done
    here "$CALLER_HOME/main" sh -c 'echo x >.git/hooks/pre-commit || echo kept; echo x >.envrc' 2>/dev/null
    is "a hook is not planted, and a name that was is reported ($who)" "$status:$out" 122:kept
    ok "... and gone ($who)" test ! -e "$CALLER_HOME/main/.envrc"
}

# A tool of the caller's that lies in the real home.
tools() {
    mkdir -p "$CALLER_HOME/.local/bin" "$CALLER_HOME/opt/tool/bin" "$CALLER_HOME/opt/tool/lib"
    printf '#!/bin/sh\necho tool; cat "$(dirname "$0")/beside" 2>/dev/null; [ ! -w "$0" ] || echo writable\n' >"$CALLER_HOME/.local/bin/tool"
    echo beside >"$CALLER_HOME/.local/bin/beside"
    cp "$CALLER_HOME/.local/bin/tool" "$CALLER_HOME/opt/tool/lib/real"
    echo library >"$CALLER_HOME/opt/tool/lib/beside"
    ln -sf ../lib/real "$CALLER_HOME/opt/tool/bin/linked"
    cp "$CALLER_HOME/.local/bin/tool" "$CALLER_HOME/alone"
    chmod +x "$CALLER_HOME"/.local/bin/tool "$CALLER_HOME"/opt/tool/lib/real "$CALLER_HOME"/alone
    owned
    here "$REPO" -- "$CALLER_HOME/.local/bin/tool"
    is "a tool in ~/.local/bin, read-only ($who)" "$status:$out" "0:tool
beside"
    here "$REPO" -- "$CALLER_HOME/opt/tool/bin/linked"
    is "a tool behind a link ($who)" "$status:$out" 0:tool
    here "$REPO" --setenv "PATH=$CALLER_HOME/opt/tool/lib:/usr/bin:/bin" -- sh -c 'ls ~/opt 2>/dev/null || echo none'
    is "... and nobody's directory but the command's ($who)" "$out" none
    here "$REPO" -- "$CALLER_HOME/alone"
    like "a tool in the home itself is shown alone ($who)" "$out" '^tool'
    here "$REPO" -- sh -c 'ls -A ~ | tr "\n" " "'
    is "the home shows its tools and the workspace ($who)" "$out" ".local work "
    here "$REPO" --policy strict -- "$CALLER_HOME/opt/tool/lib/real"
    is "... by every policy that extends the default ($who)" "$status:$(echo $out)" "0:tool library"
    # What a command inside could have put there leads nowhere.
    ln -sf ../.ssh/tool "$REPO/planted"
    cp "$CALLER_HOME/alone" "$CALLER_HOME/.ssh/tool"
    owned
    here "$REPO" -- ./planted
    is "a link in the workspace shows nothing outside ($who)" "$status" 127
    rm -rf "$REPO/planted" "$CALLER_HOME/.local" "$CALLER_HOME/opt" "$CALLER_HOME/alone" "$CALLER_HOME/.ssh/tool"
}

# A server and its client: the loopback inside is theirs, and there is nothing beside it.
loopback() {
    if [ ! -x /usr/bin/python3 ]; then
        skip "a server and a client inside ($who)" "/usr/bin/python3 is not installed"
        return
    fi
    here "$REPO" /usr/bin/python3 -c '
import socket, os
s = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(s.getsockname())
s.accept()[0].sendall(b"served")
print(c.recv(9).decode(), sorted(n for _, n in socket.if_nameindex()))'
    is "a server and a client inside ($who)" "$status:$out" "0:served ['lo']"
    # Where the network is not the run's own, nothing of it is opened by the policy.
    here "$REPO" --without net --report - true
    like "without a network of its own no port is open ($who)" "$out" '"handled_net": \[?"?[^],]*bind'
}

profiles() {
    here "$REPO" --profile full sh -c 'pwd; ls -A /; [ -e /etc ] || echo bare'
    is "--profile is the bare one ($who)" "$(echo $out | sed 's/ bin.*usr/ .../')" "/ ... bare"
    echo '{"extends": "default", "hostname": "own"}' >"$TMP/config/pinfold/default.json"
    owned
    here "$REPO" cat /proc/sys/kernel/hostname
    is "the caller's own default.json is the default ($who)" "$out" own
    here "$REPO" --profile full cat /proc/sys/kernel/hostname
    is "... but for who names a profile ($who)" "$out" pinfold
    rm -f "$TMP/config/pinfold/default.json"
    echo '{"filesystem": {"ro": ["$WORKSPACE"]}}' >"$REPO/.pinfold.json"
    here "$REPO" sh -c 'echo x >file || echo refused' 2>/dev/null
    is "a workspace's own file tightens the default ($who)" "$out" refused
    echo '{"filesystem": {"ro": ["/etc/ssh"]}}' >"$REPO/.pinfold.json"
    here "$REPO" true
    is "... and loosens nothing ($who)" "$status" 125
    like "... which is said ($who)" "$err" '\.pinfold\.json: filesystem\.ro: this would allow more: /etc/ssh'
    rm -f "$REPO/.pinfold.json"
}

refused_there() { # DIRECTORY CAUSE
    here "$1" sh -c 'echo ran'
    is "$1 is no workspace ($who)" "$status:$out" 125:
    like "... because ($who)" "$err" "^pinfold: workspace: $1 cannot be the workspace: it is $2"
    like "... and what to do ($who)" "$err" 'Change into the directory of a project.*--profile full --rw PATH'
}

refusals() {
    refused_there / "the root of the file system"
    refused_there "$CALLER_HOME" "the home directory itself"
    refused_there "$TMP" "above the home directory"
    refused_there /usr "a system directory"
    refused_there /etc "a system directory"
    refused_there /srv "a system directory"
    mkdir "$TMP/gone"
    chmod 777 "$TMP/gone"
    # shellcheck disable=SC2086
    got=$(cd "$TMP/gone" && rmdir "$TMP/gone" && HOME=$CALLER_HOME XDG_STATE_HOME=$TMP/state-$who timeout 20 $drop "$PINFOLD" run true 2>&1)
    like "a directory that is gone ($who)" "$got" "the current directory cannot be told"
    $as env -i -C "$REPO" "XDG_STATE_HOME=$TMP/state-$who" "$PINFOLD" run /bin/sh -c 'echo "$PINFOLD"'
    is "without any environment ($who)" "$status:$out" 0:1
    # A service's user, whose home is not there, and a home that is another's: the guards need a place.
    absent=$TMP/absent
    $as env -C "$REPO" -u XDG_STATE_HOME HOME="$absent" "$PINFOLD" run sh -c 'echo ran'
    is "without a home there is no state directory ($who)" "$status:$out" 125:
    like "... which is said ($who)" "$err" "^pinfold: XDG_STATE_HOME: it is not set, and the home $absent, in which $absent/.local/state would be, is no directory"
    like "... with what it is for, and every way on ($who)" "$err" 'Set XDG_STATE_HOME.*a run that is killed is finished.*--policy strict.*--profile full --rw DIR'
    ok "... and nobody makes a home ($who)" [ ! -e "$absent" ]
    $as env -C "$REPO" -u XDG_STATE_HOME HOME="$absent" "$PINFOLD" run --policy strict cat file
    is "strict needs none ($who)" "$status:$out" 0:mine
    $as env -C "$REPO" -u XDG_STATE_HOME HOME="$absent" "$PINFOLD" run --profile full --ro . cat "$REPO/file"
    is "nor does a profile ($who)" "$status:$out" 0:mine
    $as env -C "$REPO" "XDG_STATE_HOME=$TMP/state-$who/a/b" HOME="$absent" "$PINFOLD" run cat file
    is "XDG_STATE_HOME is the way on ($who)" "$status:$out" 0:mine
    [ "$who" = root ] || is "... and leaves nothing of what was made for the run ($who)" "$(ls -A "$TMP/state-$who" | grep -v '^pinfold$')" ""
    if [ "$who" = user ] && [ "$(id -u)" = 0 ]; then
        $as env -C "$REPO" -u XDG_STATE_HOME HOME=/root "XDG_CONFIG_HOME=$TMP/config" "$PINFOLD" run sh -c 'echo ran'
        like "a home that is another's ($who)" "$status:$out:$err" '125::.*/root.*cannot make or open the directory, for the state that pinfold keeps'
    fi
    owned
    mkdir "$REPO/colon:"
    here "$REPO/colon:" true
    is "a name that cannot be told from PATH:DEST ($who)" "$status" 125
    like "... is said to be that ($who)" "$err" 'holds a colon'
    rmdir "$REPO/colon:"
}

each_uid workspace
each_uid strict
each_uid repositories
each_uid tools
each_uid loopback
each_uid profiles
each_uid refusals
done_testing
