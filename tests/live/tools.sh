#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What agents work with does its work under the full profile: little real jobs in a directory that is
# shown writable, looked at on the host afterwards.
. "$(dirname "$0")/live.inc"
TAP_TIMEOUT=60

# have TOOL JOB: skips the job where the tool is not installed.
have() {
    [ -x "/usr/bin/$1" ] && return 0
    skip "$2 ($who)" "/usr/bin/$1 is not installed"
    return 1
}

# In $WORK, as an agent is started; PATH without what a developer's machine adds. Debian's awk, java
# and others are links that lead through /etc/alternatives.
alternatives=''
[ ! -d /etc/alternatives ] || alternatives='--ro /etc/alternatives'
work() {
    # shellcheck disable=SC2086
    pin $alternatives --rw "$WORK" --chdir "$WORK" --setenv PATH=/usr/bin:/bin --setenv "HOME=$WORK" "$@"
}

clean() {
    rm -rf "$WORK"
    mkdir "$WORK"
    chmod 755 "$WORK"
    user_owned "$WORK"
}

shells() {
    clean
    have bash 'bash' || return
    # shellcheck disable=SC2016
    work bash -c 'set -eu -o pipefail
        for i in {1..50}; do echo "line $i"; done | sort -r | tee all.txt | head -n 1 >first.txt || true
        diff <(sort all.txt) <(printf "line %d\n" {1..50} | sort) && echo same >diff.txt
        cat <<HERE >here.txt
$((6 * 7)) $(wc -l <all.txt)
HERE
        coproc tr a-z A-Z; echo loud >&"${COPROC[1]}"; exec {COPROC[1]}>&-; cat <&"${COPROC[0]}" >coproc.txt
        find . -name "*.txt" | xargs grep -l 42 >found.txt; sleep 0.1 & wait; kill -0 $$'
    is "bash: pipes, process substitution, here-documents, jobs ($who)" "$status:$err" "0:"
    is "bash: what it left on the host ($who)" \
        "$(cd "$WORK" && cat first.txt diff.txt here.txt coproc.txt | tr '\n' ' ')" "line 9 same 42 50 LOUD "
}

pythons() {
    clean
    have python3 'python3' || return
    cat >"$WORK/job.py" <<'END'
import concurrent.futures, json, multiprocessing, os, socket, sqlite3, ssl, subprocess, tempfile, threading

def square(n):
    return n * n

if __name__ == "__main__":
    out = {}
    total, lock = [0], threading.Lock()
    def add():
        for _ in range(1000):
            with lock: total[0] += 1
    threads = [threading.Thread(target=add) for _ in range(8)]
    [t.start() for t in threads]; [t.join() for t in threads]
    out["threads"] = total[0]
    out["subprocess"] = subprocess.run("echo $((40 + 2)); exit 3", shell=True, capture_output=True).stdout.decode()
    out["timeout"] = False
    try: subprocess.run(["sleep", "9"], timeout=0.2)
    except subprocess.TimeoutExpired: out["timeout"] = True
    for method in "fork", "spawn", "forkserver":
        with multiprocessing.get_context(method).Pool(2) as pool: out[method] = pool.map(square, range(5))
    q = multiprocessing.Queue(); q.put("queued"); out["queue"] = q.get(timeout=5)
    from multiprocessing import shared_memory
    m = shared_memory.SharedMemory(create=True, size=16); m.buf[0] = 7; out["shm"] = m.buf[0]; m.close(); m.unlink()
    with concurrent.futures.ProcessPoolExecutor(2) as ex: out["executor"] = list(ex.map(square, [6, 7]))
    db = sqlite3.connect("job.db"); db.execute("pragma journal_mode=wal")
    db.execute("create table t(n)"); db.executemany("insert into t values(?)", [(i,) for i in range(100)]); db.commit()
    out["sqlite"] = db.execute("select sum(n) from t").fetchone()[0]; db.close()
    with tempfile.TemporaryFile() as f: f.write(b"x" * 100000); out["temp"] = f.tell()
    a, b = socket.socketpair(); a.send(b"pair"); out["pair"] = b.recv(9).decode()
    out["urandom"] = len(os.urandom(16)); out["uid"] = os.getuid()
    import asyncio
    async def both():
        p = await asyncio.create_subprocess_exec("printf", "async", stdout=asyncio.subprocess.PIPE)
        return (await asyncio.gather(p.stdout.read(), asyncio.sleep(0.05)))[0].decode()
    out["asyncio"] = asyncio.run(both())
    json.dump(out, open("out.json", "w"))
END
    work python3 job.py
    is "python3: threads, subprocess, multiprocessing, sqlite, asyncio, shared memory ($who)" "$status:$err" "0:"
    is "python3: what it left on the host ($who)" "$(json "$WORK/out.json" '$j->{threads} . $j->{subprocess} .
        join(",", @{$j->{fork}}, @{$j->{spawn}}, @{$j->{forkserver}}, @{$j->{executor}}) .
        " $j->{timeout} $j->{queue} $j->{shm} $j->{sqlite} $j->{temp} $j->{pair} $j->{asyncio} $j->{uid}"')" \
        "800042
0,1,4,9,16,0,1,4,9,16,0,1,4,9,16,36,49 1 queued 7 4950 100000 pair async $agent"
    is "python3: the database is one ($who)" "$(/usr/bin/python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("select count(*) from t").fetchone()[0])' "$WORK/job.db")" 100
    if /usr/bin/python3 -c 'import venv, ensurepip' 2>/dev/null; then
        work sh -c 'python3 -m venv env && env/bin/python -c "import sys; print(sys.prefix)" >prefix'
        is "python3 -m venv ($who)" "$status:$(cat "$WORK/prefix")" "0:$WORK/env"
    fi
}

gits() {
    clean
    have git 'git' || return
    work sh -euc 'git init -q -b main repo; cd repo
        git config user.name a; git config user.email a@example.org
        for i in 1 2 3; do echo $i >f$i; git add f$i; git commit -q -m "commit $i"; done
        git checkout -q -b side HEAD~1; echo side >s; git add s; git commit -q -m side
        git checkout -q main; git merge -q --no-edit side
        git worktree add -q ../tree side; echo more >>../tree/s; git -C ../tree commit -q -am more
        git gc -q --prune=now; git fsck --strict 2>/dev/null; git stash list; git clone -q . ../copy
        git -C ../copy bundle create -q ../all.bundle --all; git status --porcelain >../status; git log --oneline | wc -l >../count'
    is "git: init, commit, merge, worktree, gc, fsck, clone, bundle ($who)" "$status:$err" "0:"
    git="git -c safe.directory=* -C $WORK/repo"
    is "git: the history on the host ($who)" "$($git log --format=%s side | tr '\n' ' ')$(cat "$WORK/count" "$WORK/status")" \
        "more side commit 2 commit 1 5"
    is "git: the host finds it sound ($who)" "$($git fsck --strict 2>&1 | grep -c -i -E 'error|missing|corrupt')" 0
    ok "git: and packed ($who)" test -n "$(ls "$WORK"/repo/.git/objects/pack/*.pack)"
}

builds() {
    clean
    have gcc 'gcc' && have make 'make' || return
    cat >"$WORK/Makefile" <<'END'
objects := $(patsubst %.c,%.o,$(wildcard *.c))
program: $(objects)
	$(CC) -o $@ $^ -lm -pthread
%.o: %.c
	$(CC) -Wall -O2 -MMD -c -o $@ $<
-include $(objects:.o=.d)
END
    printf '#include <stdio.h>\nint sum(int, int);\nint main(void)\n{\n\tprintf("%%d\\n", sum(40, 2));\n\treturn 0;\n}\n' >"$WORK/main.c"
    printf 'int sum(int a, int b)\n{\n\treturn a + b;\n}\n' >"$WORK/sum.c"
    user_owned "$WORK"
    work sh -euc 'make -s -j4 CC=gcc && ./program >out && make -q CC=gcc && gcc -shared -fPIC -o libsum.so sum.c && ar rcs libsum.a sum.o'
    is "gcc and make: a build with -j4, a run of it, a shared object ($who)" "$status:$err" "0:"
    is "gcc and make: it was built and runs on the host, too ($who)" "$(cat "$WORK/out") $("$WORK/program")" "42 42"
    ok "gcc and make: the library is there ($who)" test -s "$WORK/libsum.so"
}

nodes() {
    clean
    have node 'node' || return
    cat >"$WORK/job.js" <<'END'
const fs = require("fs"), cp = require("child_process"), { Worker, isMainThread, parentPort } = require("worker_threads");
if (!isMainThread) { parentPort.postMessage(6 * 7); return; }
const out = { exec: cp.execFileSync("sh", ["-c", "echo from sh"]).toString().trim() };
fs.mkdirSync("a/b", { recursive: true });
fs.writeFileSync("a/b/file", "x".repeat(70000));
out.size = fs.statSync("a/b/file").size;
out.gzip = require("zlib").gunzipSync(require("zlib").gzipSync("zipped")).toString();
out.hash = require("crypto").createHash("sha256").update("x").digest("hex").slice(0, 8);
new Worker(__filename).on("message", (m) => { out.worker = m;
  fs.promises.readFile("a/b/file").then((d) => { out.read = d.length;
    const child = cp.fork("-e", ["0"], { execArgv: [], silent: true });
    child.on("exit", () => fs.writeFileSync("out.json", JSON.stringify(out))); }); });
END
    user_owned "$WORK"
    work node job.js
    is "node: files, children, workers, zlib, crypto ($who)" "$status:$err" "0:"
    is "node: what it left on the host ($who)" \
        "$(json "$WORK/out.json" '"$j->{exec} $j->{size} $j->{gzip} $j->{hash} $j->{worker} $j->{read}"')" \
        "from sh 70000 zipped 2d711642 42 70000"
}

tars() {
    clean
    have tar 'tar' || return
    # shellcheck disable=SC2016
    work sh -euc 'mkdir -p src/deep; echo a >src/a; echo b >src/deep/b; ln -s a src/link; ln src/a src/hard
        chmod 750 src/deep; touch -d @1000000000 src/a; mkfifo src/pipe
        tar -cf all.tar src; tar -czf all.tgz src; mkdir out; tar -xzf all.tgz -C out; tar -tf all.tar >list
        diff -r --no-dereference -x pipe src out/src'
    is "tar: pack and unpack, links, modes, times ($who)" "$status:$err" "0:"
    is "tar: what it left on the host ($who)" \
        "$(cd "$WORK/out/src" && stat -c '%n %a %h %Y %F' a deep link | sed 's/deep 750 2 [0-9]*/deep 750/; s/\(link\) [0-9]* 1 [0-9]*/\1/' |
            tr '\n' ';')$(wc -l <"$WORK/list")" \
        "a $(stat -c %a "$WORK/src/a") 2 1000000000 regular file;deep 750 directory;link symbolic link;7"
}

# And what the tools of a day's work need besides.
others() {
    clean
    work perl -e 'open my $f, ">", "perl.txt"; print $f join ",", map { $_ ** 2 } 1 .. 4'
    is "perl ($who)" "$status:$(cat "$WORK/perl.txt")" "0:1,4,9,16"
    work sh -c 'printf "b 2\na 1\n" | sort | awk "{ s += \$2 } END { print s }" | sed s/3/three/ >text; mktemp >/dev/null'
    is "sort, awk, sed, mktemp ($who)" "$status:$(cat "$WORK/text")" "0:three"
    for tool in rg curl jq cmake ninja cargo go rustc java ruby php npm; do
        [ -x "/usr/bin/$tool" ] || continue
        case $tool in go) flag=version ;; java) flag=-version ;; *) flag=--version ;; esac
        work "/usr/bin/$tool" $flag
        is "$tool starts ($who)" "$status" 0
    done
}

each_uid shells
each_uid pythons
each_uid gits
each_uid builds
each_uid nodes
each_uid tars
each_uid others
done_testing
