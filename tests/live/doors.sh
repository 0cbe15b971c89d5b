#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Doors: the host's network, one socket, one device, one descriptor: what is granted works, what lies beside
# it does not, and the report lists each.
. "$(dirname "$0")/live.inc"

S=$TMP/sockets
mkdir "$S"
cat >"$TMP/serve.py" <<'X'
import os, socket, sys
keep = []
for name in sys.argv[2:]:
    s = socket.socket(socket.AF_UNIX)
    s.bind(name.replace("@", "\0"))
    s.listen(16)
    if name[0] != "@":
        os.chmod(name, 0o666)
    keep.append(s)
tcp = socket.socket()
tcp.bind(("127.0.0.1", 0))
tcp.listen(16)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(tcp.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
sys.stdin.read()
X
cat >"$TMP/try.py" <<'X'
import socket, sys
for name in sys.argv[1:]:
    try:
        if name.isdigit():
            socket.create_connection(("127.0.0.1", int(name)), 3)
        else:
            socket.socket(socket.AF_UNIX).connect(name.replace("@", "\0"))
        print("yes", end=" ")
    except OSError:
        print("no", end=" ")
X
mkfifo "$TMP/hold"
python3 "$TMP/serve.py" "$TMP/port" "$S/one" "$S/two" "@pinfold-doors-$$" <"$TMP/hold" &
server=$!
exec 5>"$TMP/hold" # closed by our end, which ends the server
n=0
while [ ! -e "$TMP/port" ] && [ "$n" -lt 100 ]; do
    n=$((n + 1))
    sleep 0.1
done
PORT=$(cat "$TMP/port")
run python3 "$TMP/try.py" "$S/one" "$S/two" "@pinfold-doors-$$" "$PORT"
is "off: all four are reached" "$out" "yes yes yes yes "

reaches() { # WANT NAME OPTIONS...
    want=$1 name=$2
    shift 2
    pin --profile full --ro "$TMP/try.py" "$@" python3 "$TMP/try.py" "$S/one" "$S/two" "@pinfold-doors-$$" "$PORT"
    is "$name ($who)" "$out" "$want"
}

network_and_sockets() {
    reaches "no no no no " "nothing is reached without a door"
    reaches "yes no no no " "--socket: that one and none beside it" --socket "$S/one"
    reaches "no no no yes " "--share-net: the network, and no unix socket" --share-net
    printf '{"network": "share", "sockets": ["%s"]}\n' "$S/two" >"$TMP/doors.json"
    chmod 644 "$TMP/doors.json"
    pin --policy "$TMP/doors.json" --profile full --ro "$TMP/try.py" python3 "$TMP/try.py" "$S/one" "$S/two" "@pinfold-doors-$$" "$PORT"
    is "both, by a policy ($who)" "$out" "no yes no yes "
    pin --profile full --share-net readlink /proc/self/ns/net
    is "the network is the host's ($who)" "$out" "$(readlink /proc/self/ns/net)"
    pin --profile full --socket "$S/one" sh -c "rm $S/one; mv $S/one $S/other; : >$S/new; ls $S" 2>/dev/null
    is "the socket's name stays ($who)" "$(echo $out)" "new one"
    pin --profile full --socket "$S/one:/run/agent.sock" ls /run "$TMP"
    like "a socket at another place ($who)" "$out" '^agent.sock$'
    refused "a file is no socket" --socket 'is no socket' '--ro and --rw' --profile full --socket "$TMP/port"
    refused "a socket that is absent" --socket 'cannot be found' 'Name one' --profile full --socket "$S/three"
    ln -sf one "$S/link"
    refused "a link to a socket" --socket 'symbolic link' "name $S/one" --profile full --socket "$S/link"
    refused "share-net where Landlock is off" --share-net 'abstract' 'landlock' --profile full --without landlock --share-net
    $as env -C "$WORK" HOME="$TMP" "$PINFOLD" run --profile full --view agent --share-net --ro "$TMP/try.py" sh -c "python3 $TMP/try.py $PORT; cat /etc/resolv.conf"
    is "in the agent's view, with the host's name servers ($who)" "$out" "yes $(cat /etc/resolv.conf)"
}

descriptors() {
    echo held >"$TMP/held"
    chmod 644 "$TMP/held"
    for fd in 7 3 200; do
        other=3
        [ "$fd" != 3 ] || other=4
        run bash -c "exec $fd<$TMP/held; exec \"\$@\"" sh $drop "$PINFOLD" run --profile full --fd "$fd" bash -c "cat <&$fd; ls /proc/self/fd"
        is "--fd $fd is handed over, and no other ($who)" "$(echo $out)" "held $(echo $(printf '%s\n' 0 1 2 $other $fd | sort))"
    done
    run bash -c "exec 7<$TMP/held 8<$TMP/held 9<$TMP/held; exec \"\$@\"" sh $drop "$PINFOLD" run --profile full --fd 9 --fd 7 bash -c 'for f in 7 8 9; do { true <&$f; } 2>/dev/null && echo $f; done'
    is "two of three ($who)" "$(echo $out)" "7 9"
    run bash -c "exec 7< <(echo from outside); exec \"\$@\"" sh $drop "$PINFOLD" run --profile full --fd 7 sh -c 'cat <&7'
    is "a pipe ends where its writer ends ($who)" "$out" "from outside"
    refused "--fd 2" --fd 'no number' 'from 3 on' --profile full --fd 2
    refused "--fd word" --fd 'no number' 'from 3 on' --profile full --fd seven
    refused "--fd of nothing" --fd 'is not open' 'Open it' --profile full --fd 77
    run bash -c 'exec 7</; exec "$@"' sh $drop "$PINFOLD" run --profile full --fd 7 touch "$WORK/ran"
    like "a directory is refused ($who)" "$status $err" '^125 .*"7" is a directory'
    run bash -c "exec 7<$TMP/held; exec \"\$@\"" sh $drop "$PINFOLD" run --profile full --fd 7 --fd 7 true
    like "one that is named twice is refused ($who)" "$status $err" '^125 .*named twice'
}

# Nodes that are made for the test, where nobody else sees them.
devices() {
    in_dev() {
        run unshare -m sh -c 'mount -t tmpfs -o mode=755 none /mnt && cd /mnt && mknod -m 666 one c 1 3 && mknod -m 600 two c 1 3 &&
            mknod -m 666 disk b 7 0 && mknod -m 666 mem c 1 1 && cd / && exec "$@"' sh $drop "$PINFOLD" run --profile full "$@"
    }
    in_dev --device /mnt/one sh -c 'ls /mnt; echo x >/mnt/one && stat -c "%t:%T" /mnt/one'
    is "--device: that one, and it works ($who)" "$(echo $out)" "one 1:3"
    in_dev --device /mnt/two true
    like "one that cannot be opened ($who)" "$status $err" '^125 .*--device: .*cannot be opened.*EACCES'
    in_dev --device /mnt/disk true
    like "a disk ($who)" "$status $err" '^125 .*not granted'
    in_dev --device /mnt/mem true
    like "the memory ($who)" "$status $err" '^125 .*not granted'
    refused "a file is no device" --device 'is no device' '--ro and --rw' --profile full --device "$TMP/port"
}

# A /dev as drivers make it; the nodes are the null device's, as there is no driver behind them here.
gpus() {
    with_gpu() { # MODE OPTIONS...
        nodes=$1
        shift
        run unshare -m sh -c 'mount -t tmpfs -o mode=755 none /mnt && cd /mnt && for d in null zero full random urandom tty; do touch $d && mount --bind /dev/$d $d; done &&
            mkdir pts dri shm && mount --bind /dev/pts pts && for n in nvidiactl nvidia0 nvidia-uvm kfd dri/renderD128 dri/card0; do mknod -m "$1" $n c 1 3; done &&
            mknod -m 600 nvidia-modeset c 1 3 && ln -s pts/ptmx ptmx && mount --move /mnt /dev && shift && cd / && exec "$@"' sh "$nodes" $drop "$PINFOLD" "$@"
    }
    with_gpu 666 run --profile full --gpu sh -c 'ls -d /dev/nvidia* /dev/kfd /dev/dri/*; echo x >/dev/nvidia0 && echo used'
    is "--gpu: all nodes but the screen's and a closed one ($who)" "$(echo $out)" "/dev/dri/renderD128 /dev/kfd /dev/nvidia-uvm /dev/nvidia0 /dev/nvidiactl used"
    with_gpu 666 plan --profile full --gpu true
    like "... which the plan says ($who)" "$(echo $out)" 'doors: .*gpu: without /dev/nvidia-modeset.*device:/dev/kfd'
    # CUDA names its threads there, and gives up where it cannot.
    with_gpu 666 run --profile full --gpu sh -c 'echo named >/proc/self/task/$$/comm && cat /proc/$$/comm
        for f in sys/kernel/panic sys/vm/swappiness sysrq-trigger; do echo 1 >/proc/$f; done 2>/dev/null || echo the rest is not'
    is "... and a command's own names in /proc may be written ($who)" "$(echo $out)" "named the rest is not"
    as=run; [ "$who" = root ] || as=as_user
    $as "$PINFOLD" run --profile full sh -c 'echo named >/proc/self/task/$$/comm'
    like "... which they may not be otherwise ($who)" "$status $err" '^[12] .*Read-only file system'
    with_gpu 600 run --profile full --gpu true
    like "none that may be opened ($who)" "$status $err" '^125 .*--gpu: /dev/.* cannot be opened'
    run unshare -m sh -c 'mount --bind /dev/null /dev/null; exec "$@"' sh $drop "$PINFOLD" run --profile full --gpu true
    [ -e /dev/nvidiactl ] || [ -e /dev/kfd ] || [ -e /dev/dri ] || like "none that is there ($who)" "$status $err" '^125 .*--gpu: there is no device'
}

said() {
    refused "--x11" --x11 'not offered: an X server' 'Xvfb' --profile full --x11
    refused "--wayland" --wayland 'not offered: a compositor' 'weston' --profile full --wayland
    refused "--dbus" --dbus 'not offered: the session bus' 'dbus-run-session' --profile full --dbus
    pin --profile full --share-net --socket "$S/one" --report "$REPORTS/r" true
    j=$(cat "$REPORTS/r")
    like "the report lists the doors ($who)" "$(echo $j)" "\"network\": \"shared\", \"doors\": \[ *\"network\", *\"socket:$S/one\" *\]"
    rm -f "$REPORTS/r"
    run $drop "$PINFOLD" plan --profile full true
    like "no door: none is listed ($who)" "$out" 'network: none'
}

all() {
    network_and_sockets
    descriptors
    if [ "$TAP_UID" = 0 ]; then devices && gpus; else skip "devices, graphics processors" "only root can make a node"; fi
    said
}
each_uid all
exec 5>&-
wait "$server"
done_testing
