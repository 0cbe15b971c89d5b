# SPDX-License-Identifier: Apache-2.0
"""Real programs on the terminal: they start, take keys, see the window change, and end."""
import os
import time

from terminal import PINFOLD, WORK, Terminal, part, pin


def path(name):
    return os.path.join(WORK, name)


@part
def bash():
    """bash: a prompt, a new window size, ^C, ^Z and fg of its own job, exit"""
    t = Terminal(pin("bash", "--norc", "--noprofile", "-i"))
    t.expect("in> ")
    t.say("stty size\r", r"24 80\r\n.*in> ")
    t.resize(40, 100)
    t.say("stty size; echo $LINES\r", r"40 100\r\n40\r\n.*in> ")
    t.say("echo up; sleep 50\r", r"up\r\n")
    time.sleep(0.3)
    t.say("\x03", r"\^C.*in> ")
    t.say("cat\r", r"cat\r\n")
    t.say("one\r", r"one\r\none\r\n")
    t.say("\x1a", r"Stopped.*in> ")
    t.say("jobs; fg\r", r"fg\r\n.*Stopped.*cat\r\ncat\r\n")
    t.say("two\r", r"two\r\ntwo\r\n")
    t.say("\x04", r"in> ")
    t.say("sleep 60 &\r", r"\[1\] \d+.*in> ")
    t.send("kill %1; exit 7\r")
    assert t.finish() == 7, t.status
    t.close()


@part
def vim():
    """vim: text, the window's size, writing, and the screen as it was"""
    t = Terminal(pin("vim.basic", "-u", "NONE", "-N", "text"))
    t.expect(r"\x1b\[\?1049h.*\x1b\[\?25h")
    t.send("ihello\x1b")
    t.expect("hello")
    t.resize(30, 90)
    t.expect(r"\x1b\[29;1H~.*\x1b\[\?25h")
    t.say(":set nomore | echo 'size' &lines &columns\r", r"size 30 90")
    t.send(":wq\r")
    assert t.finish() == 0
    t.expect(r"\x1b\[\?1049l")
    assert open(path("text")).read() == "hello\n"
    t.close()


@part
def less():
    """less: pages, a search, and from a pipe with the keys from the terminal"""
    with open(path("numbers"), "w") as f:
        f.write("".join("line %d\n" % i for i in range(1000)))
    t = Terminal(pin("less", "numbers"))
    t.expect("line 22")
    t.say("/line 777\r", "line 790")
    t.say("g", "line 0\r\n")
    t.send("q")
    assert t.finish() == 0
    t.close()
    t = Terminal(["sh", "-c", 'seq 2000 | "$@"', "sh"] + pin("less"))
    t.expect("\r\n22\r\n")
    t.say("G", "2000")
    t.send("q")
    assert t.finish() == 0
    t.close()


@part
def top():
    """top: a picture, and its end by a key and by ^C"""
    for key in "q", "\x03":
        t = Terminal(pin("top", "-d", "0.2"))
        t.expect("PID.*USER.*COMMAND.*top")
        t.send(key)
        t.finish()
        t.close()


@part
def python():
    """python3: sums, ^C, ^D"""
    t = Terminal(pin("/usr/bin/python3", "-q"))
    t.expect(">>> ")
    t.say("6*7\r", r"42\r\n.*>>> ")
    t.send("import time; print('up', flush=True); time.sleep(50)\r")
    t.expect(r"\r\nup")
    t.say("\x03", "KeyboardInterrupt.*>>> ")
    t.send("\x04")
    assert t.finish() == 130  # Python's own, after a KeyboardInterrupt
    t.close()


@part
def node():
    """node: sums, a window size, ^C twice"""
    t = Terminal(pin("node"))
    t.expect("> ")
    t.say("6*7\r", r"42")
    t.send("process.stdout.on('resize', () => console.log('now', process.stdout.columns)), 'he' + 'ard'\r")
    t.expect("heard")
    t.resize(30, 100)
    t.expect("now .*100")
    t.say("\x03", "again")
    t.send("\x03")
    assert t.finish() == 0
    t.close()


@part
def git():
    """git rebase -i: vim shows the list, and the commits change places"""
    setup = """set -e; git init -q repo; cd repo; git config user.name t; git config user.email t@example.org
        git config core.editor 'vim.basic -u NONE -N'
        for i in base a b; do echo $i >$i; git add $i; git commit -q -m $i; done"""
    t = Terminal(pin("bash", "-c", setup))
    assert t.finish() == 0, t.text
    t.close()
    t = Terminal(pin("--chdir", path("repo"), "git", "rebase", "-i", "HEAD~2"))
    t.expect("pick.*pick.*Rebase")
    t.send("ddp:wq\r")
    assert t.finish() == 0
    t.expect("Successfully rebased")
    t.close()
    t = Terminal(pin("git", "-C", "repo", "--no-pager", "log", "--format=%s"))
    assert t.finish() == 0
    t.expect("a\r\nb\r\nbase")
    t.close()


@part
def tmux():
    """tmux: a window with a shell, a new size, detaching, attaching, and the end"""
    t = Terminal(pin("bash", "--norc", "--noprofile", "-i"))
    t.expect("in> ")
    # tmux starts the command by $SHELL, and bash, not interactive, takes no prompt from its environment.
    t.send("SHELL=/bin/bash tmux -u -f /dev/null new -x 80 -y 24 'bash --norc --noprofile -i'\r")
    t.expect(r"\$ ")
    t.say("echo $((6*7))\r", "42")
    t.resize(30, 100)
    t.say("until stty size | grep -w \"29 $((60+40))\"; do sleep 0.1; done\r", "29 100")
    t.say("\x02d", "detached.*in> ")
    t.say("tmux attach\r", "29 100")
    t.send("exit\r")
    t.expect("exited.*in> ")
    t.send("exit\r")
    t.finish()
    t.close()


def paste_lines():
    """A megabyte as a user pastes it: lines of text."""
    return b"".join(b"%06d %s\n" % (i, b"x" * 57) for i in range(1 << 14))


def paste(t, data):
    """As terminals do: no faster than it is taken, looking at the output meanwhile."""
    import fcntl
    import select
    flags = fcntl.fcntl(t.fd, fcntl.F_GETFL)
    fcntl.fcntl(t.fd, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    done = 0
    while done < len(data):
        r, w, _ = select.select([t.fd], [t.fd], [], 20)
        assert r or w, "stuck at %d" % done
        if r:
            t.text += os.read(t.fd, 65536)
        if w:
            done += os.write(t.fd, data[done:done + 4096])
    fcntl.fcntl(t.fd, fcntl.F_SETFL, flags)


@part
def pasting():
    """a paste of 1 MB arrives whole, by lines with an echo and raw without"""
    data = paste_lines()
    for mode in "-echo", "echo":
        t = Terminal(pin("sh", "-c", "stty %s; echo ready; cat >pasted; echo got" % mode))
        t.expect("ready\r\n")
        paste(t, data)
        t.send("\x04")
        t.expect("got")
        assert t.finish() == 0
        t.close()
        assert open(path("pasted"), "rb").read() == data
    t = Terminal(pin("sh", "-c", "stty raw -echo; echo ready; head -c %d >pasted; echo got" % len(data)))
    t.expect("ready")
    paste(t, data)
    t.expect("got")
    assert t.finish() == 0
    t.close()
    assert open(path("pasted"), "rb").read() == data
