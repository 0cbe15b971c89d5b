# SPDX-License-Identifier: Apache-2.0
"""Sessions at a terminal, for sessions.sh: exec on one, attach, and leaving it again.

PINFOLD and DROP in the environment. Speaks TAP without a plan.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PINFOLD = os.environ["PINFOLD"]
DROP = os.environ.get("DROP", "").split()
RUN = DROP + [PINFOLD, "run", "--profile", "full", "--detach"]
PATIENCE = 15


def tell(good, name, why=""):
    print("%s %s" % ("ok" if good else "not ok", name))
    if not good:
        print("# %s" % (why,))
    sys.stdout.flush()


class Terminal:
    """A terminal with a program in front of it."""

    def __init__(self, argv, rows=30, columns=90):
        self.text, self.status = b"", None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.environ["TERM"] = "xterm"
            os.execvp(argv[0], argv)
        self.before = None

    def until(self, word, patience=PATIENCE):
        end = time.monotonic() + patience
        while word not in self.text and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self.fd, 65536)
                except OSError:
                    break
        return word in self.text

    def key(self, data):
        self.text = b""
        os.write(self.fd, data)

    def end(self):
        """The exit status, once the program has ended."""
        end = time.monotonic() + PATIENCE
        while self.status is None and time.monotonic() < end:
            self.until(b"\0never\0", 0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def is_raw(self):
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON


def pinfold(*words):
    return subprocess.run(DROP + [PINFOLD] + list(words), capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=PATIENCE)


def wait_for(state):
    end = time.monotonic() + PATIENCE
    while state not in pinfold("ps", "--json").stdout and time.monotonic() < end:
        time.sleep(0.05)
    return state in pinfold("ps", "--json").stdout


def executed():
    subprocess.run(RUN + ["--name", "tty", "sleep", "60"], stdin=subprocess.DEVNULL, check=True, timeout=PATIENCE)
    t = Terminal(DROP + [PINFOLD, "exec", "tty", "--", "sh"])
    t.key(b"tty; stty size; echo do''ne\n")
    tell(t.until(b"done") and b"/dev/pts/" in t.text and b"30 90" in t.text, "exec: a terminal of its own, as large",
         t.text)
    t.key(b"sleep 60; echo in''terrupted $?\n")
    time.sleep(0.5)
    os.write(t.fd, b"\003")
    t.key(b"echo go''es on\n")
    tell(t.until(b"goes on"), "exec: ^C is for what runs there", t.text)
    t.key(b"printf 'a\\033[6nb\\033]52;c;eA==\\007c\\n'\n")
    tell(t.until(b"abc"), "exec: its output is filtered", t.text)
    fcntl.ioctl(t.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    time.sleep(0.3)
    t.key(b"stty size\n")
    tell(t.until(b"40 100"), "exec: the window's size is passed on", t.text)
    t.key(b"exit 7\n")
    tell(t.end() == 7, "exec: its status", t.status)
    tell(not t.is_raw(), "exec: the terminal is as it was")
    tell(pinfold("attach", "tty").returncode == 125, "attach takes a terminal")
    t = Terminal(DROP + [PINFOLD, "attach", "tty"])
    tell(t.end() == 125 and b"has no terminal" in t.text, "attach: to a command without one it says so", t.text)
    pinfold("stop", "--grace", "0.1", "tty")


def attached():
    subprocess.run(RUN + ["--name", "att", "--terminal", "pty", "sh", "-c",
                          "echo before; trap 'echo WINCHED; stty size' WINCH; while :; do read -r line || continue; echo \"got $line\";"
                          " [ \"$line\" != end ] || exit 9; done"],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                   timeout=PATIENCE)
    time.sleep(0.3)
    t = Terminal(DROP + [PINFOLD, "attach", "att"])
    tell(t.until(b"before"), "attach shows what was said before", t.text)
    t.key(b"one\n")
    tell(t.until(b"got one"), "attach: keys go in, output comes out", t.text)
    other = Terminal(DROP + [PINFOLD, "attach", "att"])
    tell(other.end() == 125 and b"attached to it already" in other.text, "attach: one at a time", other.text)
    tell('"attached"' in pinfold("ps", "--json").stdout, "ps says that it is attached")
    t.key(b"\035\035\035")
    tell(t.end() == 0 and not t.is_raw(), "three ^] leave it, and the terminal is as it was", t.status)
    tell('"detached"' in pinfold("ps", "--json").stdout, "... and the command goes on")
    t = Terminal(DROP + [PINFOLD, "attach", "att"])
    tell(t.until(b"WINCHED"), "attach again", t.text)
    os.kill(t.pid, signal.SIGKILL)
    os.waitpid(t.pid, 0)
    time.sleep(0.2)
    tell(wait_for('"detached"'), "whoever is attached is killed: the command goes on", pinfold("ps").stdout)
    t = Terminal(DROP + [PINFOLD, "attach", "att"])
    t.until(b"WINCHED")
    t.key(b"\025end\n")  # the keys that left it are still on its line
    tell(t.end() == 9 and b"got end" in t.text, "attach: the command ends, with its last words and its status",
         (t.status, t.text))
    tell("att" not in pinfold("ps").stdout, "... and the session with it")


executed()
attached()
