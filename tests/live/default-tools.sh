#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A day's work in the default policy: what developers and agents run, in the directory of a project, as root and
# as an ordinary user start it; looked at on the host afterwards.
. "$(dirname "$0")/live.inc"
TAP_TIMEOUT=60
CALLER_HOME=$TMP/home
REPO=$CALLER_HOME/work

# have TOOL JOB: skips the job where the tool is not installed.
have() {
    [ -x "/usr/bin/$1" ] && return 0
    skip "$2 ($who)" "/usr/bin/$1 is not installed"
    return 1
}

fresh() {
    rm -rf "$CALLER_HOME" "$TMP/state"
    mkdir -p "$REPO" "$TMP/state"
    chmod 755 "$CALLER_HOME" "$REPO"
    chmod 700 "$TMP/state"
    give
}

give() {
    [ "$who" = root ] || user_owned "$CALLER_HOME" "$TMP/state"
}

# work COMMAND: in the project, by no word but the command's
work() {
    $as env -C "$REPO" HOME="$CALLER_HOME" "XDG_STATE_HOME=$TMP/state" PATH=/usr/bin:/bin "$PINFOLD" run -- "$@"
}

as=run who=root
[ "$TAP_UID" = 0 ] || as=as_user who=user
fresh
work true
case $err in *id-mapped*)
    skip "a day's work, started by root" "the file system of $TMP cannot be seen through an id-mapped mount"
    done_testing
    ;;
esac

shells() {
    have bash 'bash' || return
    fresh
    # shellcheck disable=SC2016
    work bash -c 'set -eu -o pipefail
        diff <(seq 50 | sort -n) <(seq 50); cat <<HERE >here.txt
$((6 * 7)) $(ls -A | wc -l)
HERE
        coproc cat; echo through >&"${COPROC[1]}"; read -r got <&"${COPROC[0]}"; echo "$got" >>here.txt'
    is "bash: pipes, here-documents, substitutions, a coprocess ($who)" "$status:$err:$(cat "$REPO/here.txt")" "0::42 0
through"
}

gits() {
    have git 'git' || return
    fresh
    work sh -euc 'exec 2>&1
        git config --global user.name tester; git config --global user.email tester@example.org
        git config --global init.defaultBranch main
        git config --global protocol.file.allow always
        git init -q .; seq 20 >file; git add file; git commit -qm one
        git checkout -qb side; echo side >>file; git commit -qam side; git checkout -q main; echo other >other; git add other; git commit -qm two
        git rebase -q main side; git checkout -q main; git merge -q side
        echo stashed >>file; git stash -q; git stash pop -q; git checkout -q file
        git worktree add -q .wt -b third; git -C .wt commit -q --allow-empty -m three; git worktree remove .wt; git merge -q third
        git tag -a -m tag v1; git gc -q; git fsck --strict; git log --format=%s >log'
    is "git: commit, branch, rebase, merge, stash, worktree, tag, gc, fsck ($who)" "$status:$(echo "$out" | grep -v -i -E "checking|dangling")" "0:"
    is "git: the host reads what it left ($who)" \
        "$(git -c safe.directory='*' -C "$REPO" log --format=%s 2>&1 | tr '\n' ' ')" "three side two one "
    is "git: what it left is the owner's ($who)" "$(find "$REPO" ! -uid "$(stat -c %u "$REPO")" | wc -l)" 0
    # A repository with a submodule, as it is cloned.
    fresh
    (
        cd "$REPO" || exit 1
        git init -q sub
        git -C sub -c user.name=a -c user.email=b@c commit -q --allow-empty -m below
        git init -q top
        cd top || exit 1
        git -c protocol.file.allow=always submodule --quiet add ../sub sub
        git -c user.name=a -c user.email=b@c commit -qm above
    ) 2>"$TMP/e"
    give
    work sh -euc 'exec 2>&1; cd top; git status --short; cd sub
        git -c user.name=a -c user.email=b@c commit -q --allow-empty -m inside; cd ..
        git -c user.name=a -c user.email=b@c commit -qam moved; git submodule status | wc -l'
    is "git: a commit in a submodule, and of it ($who)" "$status:$out" "0:1"
    is "git: ... on the host ($who)" "$(git -c safe.directory='*' -C "$REPO/top/sub" log --format=%s 2>&1 | head -n 1)" inside
}

pythons() {
    have python3 'python' || return
    fresh
    mkdir -p "$REPO/pkg-1.0.dist-info"
    printf 'def answer():\n    return 42\n' >"$REPO/pkg.py"
    printf 'Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n' >"$REPO/pkg-1.0.dist-info/METADATA"
    printf 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n' >"$REPO/pkg-1.0.dist-info/WHEEL"
    printf 'pkg.py,,\npkg-1.0.dist-info/METADATA,,\npkg-1.0.dist-info/WHEEL,,\npkg-1.0.dist-info/RECORD,,\n' >"$REPO/pkg-1.0.dist-info/RECORD"
    give
    work python3 -m zipfile -c pkg-1.0-py3-none-any.whl pkg.py pkg-1.0.dist-info/
    if ! /usr/bin/python3 -c 'import ensurepip' 2>/dev/null; then
        skip "python: venv and pip from a wheel ($who)" "python3-venv is not installed"
        return
    fi
    work sh -euc 'python3 -m venv .v && .v/bin/pip install -q --disable-pip-version-check --no-index ./pkg-1.0-py3-none-any.whl
        .v/bin/python -c "import pkg, sys; print(pkg.answer(), sys.prefix.endswith(\".v\"))"'
    is "python: venv and pip from a wheel ($who)" "$status:$out" "0:42 True"
}

nodes() {
    have node 'node' || return
    have npm 'npm' || return
    fresh
    mkdir -p "$REPO/package"
    echo '{"name": "local", "version": "1.0.0", "main": "i.js"}' >"$REPO/package/package.json"
    echo 'module.exports = 42;' >"$REPO/package/i.js"
    tar -C "$REPO" -czf "$REPO/local.tgz" package
    echo '{"name": "top", "version": "1.0.0"}' >"$REPO/package.json"
    give
    work sh -euc 'npm install --offline --no-audit --no-fund --silent ./local.tgz && node -e "console.log(require(\"local\"))"'
    is "node: npm from a local tarball ($who)" "$status:$out" "0:42"
}

builds() {
    have gcc 'gcc' || return
    have make 'make' || return
    fresh
    printf 'all: main\nmain: main.o sum.o\n\t$(CC) -o $@ $^\n' >"$REPO/Makefile"
    printf '#include <stdio.h>\nint sum(int, int);\nint main(void)\n{\n\treturn printf("%%d\\n", sum(40, 2)) < 0;\n}\n' >"$REPO/main.c"
    printf 'int sum(int a, int b)\n{\n\treturn a + b;\n}\n' >"$REPO/sum.c"
    give
    work sh -euc 'make -s -j4 CC=gcc && ./main && tar -czf all.tgz *.c Makefile && mkdir out && tar -xzf all.tgz -C out && diff main.c out/main.c'
    is "gcc, make, tar: a build, a run, an archive ($who)" "$status:$out:$err" "0:42:"
    is "... which runs on the host, too ($who)" "$("$REPO/main")" 42
}

# In a policy of its user's own that opens the group and is else the default.
debuggers() {
    have gdb 'gdb' || return
    have gcc 'gdb' || return
    fresh
    printf 'int twice(int x)\n{\n\treturn x * 2;\n}\nint main(void)\n{\n\treturn twice(21) == 42;\n}\n' >"$REPO/t.c"
    echo '{"extends": "default", "seccomp": {"allow": ["ptrace"]}}' >"$CALLER_HOME/debug.json"
    give
    # shellcheck disable=SC2016
    set -- sh -c 'gcc -g -O0 -o t t.c && gdb -nx -batch -ex "break twice" -ex run -ex "print x" -ex finish -ex continue ./t'
    $as env -C "$REPO" HOME="$CALLER_HOME" PATH=/usr/bin:/bin "$PINFOLD" run --policy "$CALLER_HOME/debug.json" -- "$@"
    is "gdb with the group ptrace: stops, reads, goes on ($who)" \
        "$status:$(echo "$out" | grep -o -E '^\$1 = 21|Value returned is \$2 = 42|exited with code 01' | tr '\n' ,)" \
        '0:$1 = 21,Value returned is $2 = 42,exited with code 01,'
    work "$@"
    unlike "gdb: stops nothing without it ($who)" "$out" '= 21'
}

others() {
    fresh
    if have ssh-keygen 'ssh-keygen'; then
        work sh -c 'ssh-keygen -q -t ed25519 -N "" -f key && ssh-keygen -lf key.pub | wc -l; stat -c %a key'
        is "ssh-keygen ($who)" "$status:$(echo $out)" "0:1 600"
    fi
    if have sqlite3 'sqlite'; then
        work sh -c 'sqlite3 db "pragma journal_mode=wal; create table t(x); insert into t values(42);" >/dev/null && sqlite3 db "select x from t"'
        is "sqlite with its log ($who)" "$status:$out" "0:42"
    elif have python3 'sqlite by python'; then
        work python3 -c 'import sqlite3
c = sqlite3.connect("db"); c.execute("pragma journal_mode=wal"); c.execute("create table t(x)"); c.execute("insert into t values(42)"); c.commit()
print(sqlite3.connect("db").execute("select x from t").fetchone()[0])'
        is "sqlite with its log, by python ($who)" "$status:$out" "0:42"
    fi
    if have python3 'a server and its client'; then
        echo served >"$REPO/page"
        give
        # shellcheck disable=SC2016
        work sh -c 'python3 -m http.server --bind 127.0.0.1 8123 >/dev/null 2>&1 & server=$!
            python3 -c "
import time, urllib.request
for _ in range(100):
    try:
        print(urllib.request.urlopen(\"http://localhost:8123/page\").read().decode().strip()); break
    except OSError: time.sleep(0.05)"; kill $server'
        is "a development server, and its client ($who)" "$out" served
    fi
}

each_uid shells
each_uid gits
each_uid pythons
each_uid nodes
each_uid builds
each_uid debuggers
each_uid others
done_testing
