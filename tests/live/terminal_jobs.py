# SPDX-License-Identifier: Apache-2.0
"""Job control from the user's shell, and the ends that a terminal sees."""
import os
import signal
import termios
import time

from terminal import DROP, PINFOLD, WORK, Terminal, line, part, pin, settings, shell, words


def until(good, why):
    end = time.time() + 20
    while not good():
        assert time.time() < end, why
        time.sleep(0.02)


def state(pid):
    return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0]


def parent(pid):
    return int(open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[1])


def child(pid):
    return int(open("/proc/%d/task/%d/children" % (pid, pid)).read().split()[0])


@part
def suspended():
    """^Z stops a command with its launcher, the shell has its terminal, fg goes on"""
    t = shell()
    t.send(line("cat") + "\r")
    t.say("one\r", r"one\r\none\r\n")
    t.say("\x1a", r"\^Z.*Stopped.*\$ ")
    text, status = t.run("stty -a | grep -ow -- '-*icanon\\|-*echo\\|-*opost'")
    assert text.split() == ["icanon", "echo", "opost"] or text.split() == ["opost", "icanon", "echo"], text
    t.send("fg\r")
    t.expect(r"fg\r\n")
    t.say("two\r", r"two\r\ntwo\r\n")
    t.say("\x1a", r"Stopped.*\$ ")
    t.say("fg\r", r"fg\r\n")
    t.say("three\r", r"three\r\nthree\r\n")
    t.say("\x04", r"\$ ")
    assert t.run("true")[1] == 0
    t.close()


@part
def suspended_vim():
    """vim that suspends itself, in raw mode, and comes back with its screen"""
    t = shell()
    t.send(line("vim.basic", "-u", "NONE", "-N") + "\r")
    t.expect(r"\x1b\[\?1049h.*\x1b\[\?25h")
    t.send("itext\x1b")
    t.expect("text")
    t.say("\x1a", r"\x1b\[\?1049l.*Stopped.*\$ ")
    t.resize(30, 90)
    t.say("fg\r", r"\x1b\[\?1049h.*text")
    t.say(":set nomore | echo 'size' &lines\r", "size 30")
    t.say(":q!\r", r"\x1b\[\?1049l.*\$ ")
    t.close()


@part
def background():
    """started in the background: writes, stops when it reads, and fg gives it the keys"""
    t = shell()
    t.send(line("sh", "-c", "echo out; exec cat") + " &\r")
    t.expect(r"\[1\] \d+")
    t.expect(r"out\r\n")
    until(lambda: "Stopped" in t.run("jobs")[0], "it has not stopped")
    t.send("fg\r")
    t.expect(r"fg\r\n")
    t.say("one\r", r"one\r\none\r\n")
    t.say("\x1a", r"Stopped.*\$ ")
    assert "Stopped" in t.run("jobs")[0]
    t.run("bg; sleep 0.3")
    until(lambda: "Stopped" in t.run("jobs")[0], "it has not stopped again")
    t.say("fg\r", r"fg\r\n")
    t.say("two\r", r"two\r\ntwo\r\n")
    t.say("\x03", r"\$ ")
    t.close()


@part
def background_quiet():
    """in the background and without a read it runs to its end"""
    t = shell()
    t.send(line("sh", "-c", "sleep 0.2; echo out; exit 3") + " &\r")
    t.expect(r"out\r\n")
    t.send("wait %1; echo status=$?\r")
    t.expect("status=3")
    t.close()


@part
def script():
    """^Z stops a script that waits for it, too, as it does without us"""
    t = shell()
    with open(os.path.join(WORK, "script"), "w") as f:
        f.write("echo pid=$$\n" + line("cat") + "\necho after\n")
    t.send("sh " + os.path.join(WORK, "script") + "\r")
    pid = int(t.expect(r"pid=(\d+)\r\n").group(1))
    t.say("one\r", r"one\r\none\r\n")
    t.send("\x1a")
    if not DROP and os.getuid() == 0:
        # The launcher is no longer root and cannot stop root's script; the key now reaches it.
        until(lambda: state(child(pid)) == "T", "the launcher has not stopped")
        assert state(pid) == "S"
        t.send("\x1a")
    t.expect(r"Stopped.*\$ ")
    t.say("fg\r", r"fg\r\n")
    t.say("two\r", r"two\r\ntwo\r\n")
    t.say("\x04", r"after\r\n.*\$ ")
    t.close()


@part
def alone():
    """a command that stops itself without that key stops its launcher alone"""
    t = shell()
    with open(os.path.join(WORK, "script"), "w") as f:
        f.write(line("sh", "-c", "echo up; kill -STOP $$; echo on") + " & echo pid=$!; wait $!; echo after $?\n")
    t.send("sh " + os.path.join(WORK, "script") + "\r")
    pid = int(t.expect(r"pid=(\d+)\r\n").group(1))
    until(lambda: state(pid) == "T", "the launcher has not stopped")
    assert state(parent(pid)) == "S", "nor has anybody else"
    os.kill(pid, signal.SIGCONT)
    t.expect(r"on\r\n.*after 0")
    t.close()


@part
def clock():
    """a command that stops itself does not stop the clock that it runs against"""
    t = shell()
    with open(os.path.join(WORK, "script"), "w") as f:
        f.write(line("--wall", "3", "sh", "-c", "(sleep 60) & kill -STOP $$; echo on; wait") + "; echo after $?\n")
    t.send("sh " + os.path.join(WORK, "script") + "\r")
    t.expect(r"on\r\n")
    t.expect(r"after 125")
    t.close()


@part
def clock_stopped():
    """nor does a launcher that has stopped: in the background for the terminal, or by ^Z"""
    for keys in "", "\x1a":
        t = shell()
        t.send(line("--wall", "2", "sh", "-c", "(setsid sleep 61) & echo up; exec cat") + ("\r" if keys else " &\r"))
        t.expect(r"up\r\n")
        t.send(keys)
        if keys:
            t.expect("Stopped")
        else:
            until(lambda: "Stopped" in t.run("jobs")[0], "it has not stopped")
        t.expect(r"--wall: the limit of 2s")
        t.send("wait; echo all is $(pgrep -c -f 'slee[p] 61')\r")
        t.expect(r"all is 0")
        t.close()


@part
def no_shell():
    """^Z where no shell could wake it changes nothing, as without us"""
    t = Terminal(pin("cat"))
    t.say("one\r", r"one\r\none\r\n")
    t.send("\x1a")
    t.say("two\r", r"two\r\ntwo\r\n")
    t.send("\x04")
    assert t.finish() == 0
    t.close()


@part
def pipelines():
    """beside another program in a pipeline the keys are the other's; ^C ends both"""
    t = Terminal(["sh", "-c", '"$@" | less', "sh"] + pin("seq", "2000"))
    t.expect("\r\n22\r\n")
    t.say("G", "2000")
    t.send("q")
    assert t.finish() == 0
    t.close()
    t = Terminal(["sh", "-c", '"$@" | cat', "sh"] + pin("sh", "-c", "echo up; exec sleep 50"))
    t.expect("up")
    t.send("\x03")
    t.finish()
    t.close()
    t = Terminal(["sh", "-c", '"$@" | cat', "sh"] + pin("sh", "-c", "read x; echo got $x"))
    t.say("abc\r", r"got abc\r\n")
    assert t.finish() == 0
    t.close()


@part
def mixed():
    """0, 1 and 2 may each be something else than the terminal"""
    look = "for fd in 0 1 2; do [ -t $fd ] && printf '%s ' $fd >&3; done; stty size >&3 2>&3 </dev/tty"
    rows = (("<file", "1 2"), (">file", "0 2"), ("2>file", "0 1"), ("<file >file", "2"),
            (">file 2>file", "0"), ("<file 2>file", "1"))
    open(os.path.join(WORK, "file"), "w").close()
    if DROP:
        os.chmod(os.path.join(WORK, "file"), 0o666)
    for redirect, want in rows:
        out = os.path.join(WORK, "look")
        t = Terminal(["sh", "-c", 'cd "$0" && "$@" ' + redirect, WORK] +
                     pin("sh", "-c", "exec 3>look; " + look))
        assert t.finish() == 0, (redirect, t.text)
        t.close()
        got = open(out).read().split("\n")[0]
        assert got == want + " 24 80", (redirect, got)


@part
def newlines():
    """lines end as they do without us, in front and beside a pipe"""
    for argv in pin("printf", "a\\nb\\n"), ["sh", "-c", '"$@" >/dev/null', "sh"] + pin(
            "sh", "-c", "printf 'a\\nb\\n' >&2"), ["sh", "-c", '"$@" </dev/null', "sh"] + pin("printf", "a\\nb\\n"):
        t = Terminal(argv)
        assert t.finish() == 0
        assert t.text == b"a\r\nb\r\n", t.text
        t.close()


def restored(t, name):
    until(lambda: settings(t.fd) == t.before[:4], name)


@part
def ends():
    """the terminal's settings are back after every end"""
    up = "echo up; stty raw -echo; "
    for name, command in (("exit", "exit 3"), ("KILL", "kill -KILL $$"), ("TERM", "kill $$"),
                          ("SEGV", "kill -SEGV $$"), ("exec", "exec true")):
        t = Terminal(["sh", "-c", '"$@"; echo ended; sleep 50', "sh"] + pin("sh", "-c", up + "read -r x; " + command))
        t.expect("up")
        until(lambda: raw(t), "the caller's terminal is raw")
        t.send("\n")
        t.expect("ended")
        restored(t, name)
        t.close()


def raw(t):
    return not termios.tcgetattr(t.fd)[3] & termios.ICANON


def launcher(t):
    """The process that the terminal's program has become, or made."""
    for pid in [t.pid] + [int(p) for p in os.listdir("/proc") if p.isdigit()]:
        try:
            stat = open("/proc/%d/stat" % pid).read()
            if "(pinfold)" in stat and (pid == t.pid or int(stat.rsplit(")", 1)[1].split()[1]) == t.pid):
                return pid
        except OSError:
            pass
    raise AssertionError("no launcher")


@part
def signals():
    """... and after a signal to the launcher, KILL too; nothing lives on"""
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        t = Terminal(["sh", "-c", '"$@"; sleep 50', "sh"] + pin("sh", "-c", "echo up; exec sleep 61.5"))
        t.expect("up")
        until(lambda: raw(t), "the caller's terminal is raw")
        os.kill(launcher(t), sig)
        restored(t, sig)
        t.close()


@part
def screen():
    """a killed program's screen, mouse and cursor are put back"""
    t = Terminal(pin("sh", "-c", r"printf '\033[?1049h\033[?1000;1006h\033[?25l\033[?2004hup'; kill -KILL $$"))
    assert t.finish() == 137
    t.expect(r"up\x1b\[\?1000l\x1b\[\?1006l\x1b\[\?2004l\x1b\[\?1049l\x1b\[\?25h")
    t.close()


@part
def hang_up():
    """a terminal that goes away hangs the command up"""
    flag = os.path.join(WORK, "hung")
    for then in "", "cat <&2 | cat; ":
        if os.path.exists(flag):
            os.unlink(flag)
        t = Terminal(pin("bash", "-c", "trap 'echo hup >%s; exit' HUP; echo up; %s"
                         "while :; do sleep 0.05; done" % (flag, then)))
        t.expect("up")
        time.sleep(0.2)
        os.close(t.fd)
        until(lambda: os.path.exists(flag), "no hang-up")
        os.waitpid(t.pid, 0)
        t.status = 0


@part
def flow():
    """^S holds the output and ^Q lets it go, whole"""
    t = Terminal(pin("sh", "-c", "echo up; read x; seq 20000; echo over"))
    t.expect("up")
    t.send("\x13\r")
    end = time.time() + 0.5
    while time.time() < end:
        t.pump(0.05)
    assert b"20000" not in t.text
    t.send("\x11")
    t.expect("over")
    assert t.finish() == 0
    assert b"".join(b"%d\r\n" % i for i in range(1, 20001)) in t.text
    t.close()


@part
def slow():
    """a terminal that does not take its output loses none of it"""
    t = Terminal(pin("sh", "-c", "seq 30000; echo over"))
    time.sleep(0.5)
    assert t.finish() == 0
    assert b"".join(b"%d\r\n" % i for i in range(1, 30001)) + b"over" in t.text
    t.close()
