#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The agent's view: what is shown of the host, what is made for the run, and what of it is left.
. "$(dirname "$0")/live.inc"
helpers try

# A directory of the caller's with a home in it, as each_uid has it.
CALLER_HOME=$TMP/home
mkdir -p "$CALLER_HOME/project" "$CALLER_HOME/.ssh"
echo decoy >"$CALLER_HOME/.ssh/id_ed25519"
user_owned "$CALLER_HOME"

# agent OPTIONS... COMMAND: in the workspace, by the view's own words.
agent() {
    prefix="env -C $CALLER_HOME/project HOME=$CALLER_HOME USER=somebody PATH=$TMP/nowhere:$TMP:/usr/local/bin:/usr/bin:/bin"
    pin --view agent --home private --rw "$CALLER_HOME/project" "$@"
    prefix=''
}

names() {
    agent sh -c 'ls -A / | grep -v -E "^(bin|lib.*|sbin)$" | tr "\n" " "'
    is "the names at the root ($who)" "$out" "dev etc proc run tmp usr var "
    agent sh -c 'for p in /sys /root /home /opt /srv /mnt /media /boot /etc/shadow /etc/ssh /etc/ssl/private \
        /run/systemd /run/dbus /run/docker.sock /var/lib /var/log /var/mail /etc/machine-id; do
            [ ! -e "$p" ] && [ ! -L "$p" ] || echo "$p"; done'
    is "nothing of the host's state is there ($who)" "$out" ""
    agent sh -c 'ls -A ~ | tr "\n" " "; ls -A ~/project /var/tmp /run/user/* | wc -l; [ -e ~/.ssh ] || echo hidden'
    is "the home holds the workspace alone ($who)" "$out" "project 5
hidden"
    agent sh -c 'find /etc -type f ! -readable; find -L /etc -maxdepth 1 -type l'
    is "all that is shown of /etc can be read, and leads somewhere ($who)" "$out$err" ""
}

# What the made passwd says.
expect_agent() {
    name=$($drop id -un 2>/dev/null || echo agent) inner=$agent lines=1
    [ "$who" != root ] || name=agent inner=1000
    # Who owns what is not the agent's has a name of his own, unless it is the agent's, too.
    [ "$inner" = 65534 ] || lines=2
}

made() {
    expect_agent
    agent sh -c 'echo "$(id -un) $(id -gn) $(whoami) $USER $LOGNAME"; getent passwd | wc -l'
    is "the agent has a name, and is alone ($who)" "$out" "$name $name $name $name $name
$lines"
    agent sh -c 'hostname; cat /etc/hostname; getent hosts pinfold localhost | tr -s " "'
    is "so has the machine ($who)" "$out" "pinfold
pinfold
127.0.1.1 pinfold
::1 localhost"
    for file in passwd group shadow hosts hostname resolv.conf nsswitch.conf; do
        [ -r "/etc/$file" ] || continue
        agent cat "/etc/$file"
        ok "/etc/$file is not the host's ($who)" test "$out" != "$(cat "/etc/$file")"
    done
    agent sh -c 'touch /etc/x /etc/passwd /usr/x /x /run/x /var/x 2>/dev/null || echo refused; echo x >/etc/passwd'
    is "none of it can be written ($who)" "$out" refused
    agent sh -c 'for d in ~ ~/project /tmp /var/tmp /dev/shm "$XDG_RUNTIME_DIR"; do : >"$d/f" && echo ok; done; rm -f ~/project/f'
    is "what is the agent's can be ($who)" "$(echo $out)" "ok ok ok ok ok ok"
    agent stat -c %a /etc /etc/passwd /var/tmp /run/user/"$inner" "$CALLER_HOME" /run /var
    is "modes ($who)" "$(echo $out)" "755 644 1777 700 700 755 755"
}

environment() {
    agent env
    is "the environment is what is on the list ($who)" "$(printf '%s\n' "$out" | sed 's/=.*//' | sort | tr '\n' ' ')" \
        "$(printf '%s\n' HOME LC_ALL LOGNAME PATH PINFOLD SHELL USER XDG_RUNTIME_DIR \
            ${LANG:+LANG} ${TERM:+TERM} ${COLORTERM:+COLORTERM} ${TZ:+TZ} ${LANGUAGE:+LANGUAGE} ${EDITOR:+EDITOR} \
            ${PAGER:+PAGER} ${VISUAL:+VISUAL} ${LESS:+LESS} ${CI:+CI} ${NO_COLOR:+NO_COLOR} ${LS_COLORS:+LS_COLORS} | sort | tr '\n' ' ')"
    like "PATH is what exists inside ($who)" "$out" '^PATH=/usr/local/bin:/usr/bin:/bin$'
    like "PINFOLD tells ($who)" "$out" '^PINFOLD=1$'
    like "HOME is the caller's place ($who)" "$out" "^HOME=$CALLER_HOME\$"
}

# An account of a service has a shell that runs nothing; what starts "$SHELL" inside would fail with it.
shells() {
    for shell in -uSHELL SHELL=/bin/false SHELL=/usr/sbin/nologin; do
        prefix="env -C $CALLER_HOME/project $shell"
        pin --view agent --home private sh -c '"$SHELL" -c "echo it runs"'
        prefix=''
        like "SHELL can be started, whatever the caller's is: $shell ($who)" "$out" '^it runs$'
    done
}

# What the caller's environment says of the home and the shell adds nothing to the made passwd.
fields() {
    expect_agent
    home=${HOME-}
    for bad in "$CALLER_HOME/a:b" "$CALLER_HOME/a
root::0:0::/:/bin/sh"; do
        prefix="env -C $CALLER_HOME/project SHELL=/usr/bin/../bin/x"
        export HOME="$bad"
        pin --view agent --home private sh -c 'grep -c . /etc/passwd; grep -c -e root: -e a:b -e bin/x /etc/passwd; echo "$HOME"'
        prefix=''
        is "a home that fits into no passwd ($who)" "$out" "$lines
0
/home/$name"
    done
    HOME=$home
}

left() {
    agent sh -c 'echo x >~/.bashrc; echo x >/var/tmp/x; echo x >/run/user/*/x; echo x >kept'
    is "the run went well ($who)" "$status" 0
    ok "the home on the host has nothing new ($who)" [ ! -e "$CALLER_HOME/.bashrc" ]
    ok "nor has /var/tmp ($who)" [ ! -e /var/tmp/x ]
    ok "what was written in the workspace is there ($who)" [ "$(cat "$CALLER_HOME/project/kept")" = x ]
    agent sh -c 'ls -A ~ | tr "\n" " "'
    is "the next run has an empty home ($who)" "$out" "project "
    rm -f "$CALLER_HOME/project/kept"
}

# Where the workspace is refused, for the caller's real places.
places() {
    for place in / /usr /etc /var /tmp /proc /dev "$CALLER_HOME" "$TMP"; do
        prefix="env -C $place HOME=$CALLER_HOME"
        pin --view agent --home private --rw . true
        is "$place is no workspace ($who)" "$status" 125
        like "... and it is said why ($who)" "$err" "^pinfold: workspace: $place cannot be the workspace: it is "
    done
    prefix=''
}

network() {
    command -v python3 >/dev/null && [ -x /usr/bin/python3 ] || return 0
    agent --tcp any /usr/bin/python3 -c '
import socket, threading
s = socket.create_server(("localhost", 0))
threading.Thread(target=lambda: s.accept()[0].sendall(b"hello")).start()
print(socket.create_connection(s.getsockname()).recv(9).decode())'
    is "a server and its client talk over the loopback ($who)" "$out" hello
}

each_uid names
each_uid made
each_uid fields
each_uid shells
each_uid environment
each_uid left
each_uid places
each_uid network
done_testing
