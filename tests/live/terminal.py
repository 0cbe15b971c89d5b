# SPDX-License-Identifier: Apache-2.0
"""A user at a terminal, for the tests: types, looks, resizes, and answers what a terminal answers.

terminal.sh runs a part of it:  terminal.py PART  (PINFOLD, BIN, WORK and DROP in the environment).
Speaks TAP without a plan: "ok NAME" and "not ok NAME" lines, which the caller counts.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

PINFOLD = os.environ.get("PINFOLD", "pinfold")
BIN = os.environ.get("BIN", "/usr/bin")
WORK = os.environ.get("WORK", "/tmp")
DROP = os.environ.get("DROP", "").split()
PATIENCE = 20


class Terminal:
    """A pty with a program on it, as a terminal emulator has it."""

    def __init__(self, argv, rows=24, columns=80, env=None, answers=True):
        self.answers = answers
        self.text = b""
        self.at = 0
        self.clipboard = []
        self.asked = 0
        self.seen = 0
        self.status = None
        self.size = (rows, columns)
        go_r, go_w = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.close(go_w)
            os.read(go_r, 1)
            os.environ.update({"TERM": "xterm-256color", "PS1": "$ ", "LC_ALL": "C.UTF-8"})
            os.environ.update(env or {})
            for name in ("HISTFILE", "INPUTRC", "BASH_ENV", "ENV"):
                os.environ.pop(name, None)
            try:
                os.execvp(argv[0], argv)
            finally:
                os._exit(99)
        os.close(go_r)
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.fd)
        os.write(go_w, b"x")
        os.close(go_w)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def answer(self):
        """What xterm would do about what has come."""
        while True:
            m = re.compile(rb"\033\[(?:\??6n|c|0c|>c|21t|>q)|\033\](?:52;[^;]*;([^\007\033]*)|11;\?)(?:\007|\033\\)|\005"
                           ).search(self.text, self.seen)
            if not m:
                return
            self.seen = m.end()
            if m.group(1) is not None:
                self.clipboard.append(m.group(1))
                continue
            self.asked += 1
            if self.answers:
                os.write(self.fd, b"\033[24;1R" if m.group(0).endswith(b"n") else b"\033[?62;c")

    def pump(self, wait):
        """Reads what there is; False at the end."""
        if not select.select([self.fd], [], [], wait)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data
        self.answer()
        return bool(data)

    def expect(self, pattern, patience=PATIENCE):
        """Waits until the pattern has come behind what was last expected."""
        end = time.time() + patience
        pattern = re.compile(pattern.encode() if isinstance(pattern, str) else pattern, re.S)
        while True:
            m = pattern.search(self.text, self.at)
            if m:
                self.at = m.end()
                return m
            if time.time() > end or not self.pump(0.1):
                raise AssertionError("no %r in %r" % (pattern.pattern, self.text[self.at:][-400:]))

    def send(self, data):
        os.write(self.fd, data.encode() if isinstance(data, str) else data)

    def say(self, line, pattern):
        self.send(line)
        return self.expect(pattern)

    def run(self, line, prompt=r"\$ $"):
        """A line for a shell: what it prints."""
        self.send(line + "; echo en''d=$?\r")
        m = self.expect(r"\n(.*?)end=(\d+)\r\n")
        self.expect(r"\$ ")
        text = re.sub(rb"\r|\033\[[?0-9;]*[a-zA-Z]", b"", m.group(1))
        return text.decode(errors="replace"), int(m.group(2))

    def finish(self, patience=PATIENCE):
        """Waits for the program's end: its status as a shell has it."""
        end = time.time() + patience
        while self.status is None and time.time() < end:
            self.pump(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise AssertionError("it did not end: %r" % self.text[-400:])
        while self.pump(0):
            if not select.select([self.fd], [], [], 0)[0]:
                break
        s = self.status
        return 128 + os.WTERMSIG(s) if os.WIFSIGNALED(s) else os.WEXITSTATUS(s)

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except OSError:
                pass
        try:
            os.close(self.fd)
        except OSError:
            pass


def pin(*args):
    return DROP + [PINFOLD, "run", "--profile", "full", "--ro", "/etc/alternatives", "--rw", WORK, "--chdir", WORK,
                   "--setenv", "HOME=" + WORK, "--setenv", "PS1=in> "] + list(args)


def shell():
    """The user's shell, on a terminal that has settings of its own."""
    t = Terminal(DROP + ["bash", "--norc", "--noprofile", "-i"])
    t.expect(r"\$ ")
    return t


def words(argv):
    return " ".join("'" + a.replace("'", "'\\''") + "'" for a in argv)


# pin() from within shell(), which has been dropped to the user already.
def line(*args):
    global DROP
    kept, DROP = DROP, []
    try:
        return words(pin(*args))
    finally:
        DROP = kept


def settings(fd):
    """The terminal's settings, without the two bits that bash's line editor plays with."""
    return [x for x in termios.tcgetattr(fd)[:4]]


PARTS = {}


def part(function):
    PARTS[function.__name__] = function
    return function


def check(name, good, why=""):
    print("%s %s" % ("ok" if good else "not ok", name))
    if not good:
        print("# %s: %s" % (name, why))
    sys.stdout.flush()


def main():
    import importlib
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.modules["terminal"] = sys.modules["__main__"]
    for module in ("terminal_programs", "terminal_jobs", "terminal_walls"):
        importlib.import_module(module)
    for name, function in PARTS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        doc = (function.__doc__ or name).strip().split("\n")[0]
        start = time.time()
        try:
            function()
            check(doc, True)
        except Exception as e:  # a test that cannot go on has failed
            check(doc, False, "%s: %s" % (type(e).__name__, e))
        if os.environ.get("SLOW"):
            print("# %.1f s" % (time.time() - start))


if __name__ == "__main__":
    main()
