# SPDX-License-Identifier: Apache-2.0
"""What a command may not do to the user's terminal: each does happen without us."""
import os
import termios
import time

from terminal import BIN, DROP, PINFOLD, WORK, Terminal, part, pin, settings

QUERIES = (("cursor", r"\033[6n"), ("attributes", r"\033[c"), ("title", r"\033[21t"), ("version", r"\033[>q"),
           ("colour", r"\033]11;?\007"), ("answerback", r"\005"))
WITHOUT = [PINFOLD, "run", "--profile", "none"]


@part
def queries():
    """no query reaches the terminal, so nothing is typed in answer; without us each does"""
    for name, text in QUERIES:
        for argv, want in (DROP + WITHOUT, 1), (pin(), 0), (pin("--terminal-filter", "off"), 1):
            t = Terminal(argv + ["printf", "a" + text + "b"])
            assert t.finish() == 0
            assert t.asked == want, (name, argv, t.text)
            assert want or t.text == b"ab", (name, t.text)
            t.close()


@part
def typed():
    """the answer to a query would be typed to the user's shell"""
    for argv, want in (WITHOUT, True), (pin()[len(DROP):], False):
        t = Terminal(DROP + ["bash", "--norc", "--noprofile", "-c",
                             '"$@"; sleep 0.3; read -r -t 0.2 -d R x; printf "<%q>" "$x"', "sh"] +
                     argv + ["printf", r"\033[6n"])
        assert t.finish() == 0
        assert (b"24" in t.text) == want, t.text
        t.close()


@part
def clipboard():
    """the clipboard is not written; without us it is"""
    text = r"\033]52;c;cm0gLXJmIC8K\007"
    for argv, want in (DROP + WITHOUT, [b"cm0gLXJmIC8K"]), (pin(), []):
        t = Terminal(argv + ["printf", text])
        assert t.finish() == 0
        assert t.clipboard == want, (argv, t.clipboard)
        t.close()


@part
def passing():
    """text, colours, cursor, mouse and the other screen pass byte for byte"""
    data = (b"plain \xc3\xa9\xe2\x9c\x93\xf0\x9f\xa6\x80\x1b[1;38;2;9;8;7mc\x1b[0m\x1b[3;4H\x1b[?1000;1006h\x1b[?1049h"
            b"\x1b]0;title\x07\x1b]8;;https://example.org\x1b\\l\x1b]8;;\x1b\\\x1b[?1049l\x1b[?1000;1006l")
    with open(os.path.join(WORK, "data"), "wb") as f:
        f.write(data)
    t = Terminal(pin("cat", "data"))
    assert t.finish() == 0
    assert t.text == data, t.text
    t.close()


@part
def changed():
    """the caller's settings are not the command's to change; without us they are"""
    for argv, want in (DROP + WITHOUT, True), (pin(), False):
        t = Terminal(["sh", "-c", '"$@"; echo over; sleep 50', "sh"] + argv + ["stty", "-echo", "intr", "x", "-isig"])
        t.expect("over")
        assert (settings(t.fd) != t.before[:4]) == want, argv
        t.close()


@part
def resized():
    """nor is the window's size"""
    for argv, want in (DROP + WITHOUT, "30 70"), (pin(), "24 80"):
        t = Terminal(["sh", "-c", '"$@"; stty size; sleep 50', "sh"] + argv + ["stty", "rows", "30", "cols", "70"])
        t.expect(want + "\r\n")
        t.close()


@part
def pushed():
    """nothing is typed into the caller's terminal by TIOCSTI; without us it is"""
    legacy = "/proc/sys/dev/tty/legacy_tiocsti"
    if os.path.exists(legacy) and open(legacy).read().strip() == "0":
        return
    try_ = os.path.join(BIN, "try")
    for argv, want in (DROP + WITHOUT, True), (pin("--ro", BIN), False), (pin(
            "--ro", BIN, "--without", "seccomp"), False):
        t = Terminal(["bash", "--norc", "--noprofile", "-c",
                      '"$@"; read -r -t 0.3 -n 1 x; printf "<%s>" "$x"', "sh"] + argv + [try_, "tiocsti", "X"])
        t.finish()
        assert (b"<X>" in t.text) == want, (argv, t.text)
        t.close()


@part
def names():
    """the caller's terminal cannot be opened by its name, nor by /dev/tty"""
    t = Terminal(["bash", "--norc", "--noprofile", "-c", '"$@" "$(tty)"', "sh"] + pin(
        "sh", "-c", 'tty; echo reached >"$0" 2>/dev/null; echo own >/dev/tty; ls /dev/pts', ))
    assert t.finish() == 0
    # The name may be one inside, too; then it is the command's own terminal that answers.
    assert t.text.count(b"own") == 1 and b"/dev/pts/0" in t.text, t.text
    t.close()
    t = Terminal(DROP + ["bash", "--norc", "--noprofile", "-c",
                         '"$@" & wait; stty -F /dev/tty -a | grep -ow -- "-*echo"', "sh"] + pin(
                             "sh", "-c", "stty -F /dev/tty -echo")[len(DROP):])
    t.finish()
    assert b"-echo" not in t.text, t.text
    t.close()
