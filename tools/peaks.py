#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a run needs of its limits: runs COMMAND, and looks a hundred times a second at all that it started.

    tools/peaks.py [--] COMMAND [ARG...]

Prints the most processes and threads, the most open files of one process, and the most that lay in a
tmpfs of its own (docs/limits.md is made of this). Where COMMAND is `pinfold run ...` the launcher's own
processes outside are not counted, as no limit counts them. Takes root for runs by root.
"""
import os
import sys
import time


def children_of():
    """Every process's children, by number."""
    tree = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="latin-1") as f:
                    fields = f.read().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                tree.setdefault(int(fields[1]), []).append(int(name))
    return tree


def below(pid):
    tree, todo, found = children_of(), [pid], []
    while todo:
        for child in tree.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def tmpfs_used(pid):
    """Bytes in the tmpfs that is the root of the process, if it is one of the run's own."""
    try:
        if os.readlink(f"/proc/{pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt"):
            return 0
        v = os.statvfs(f"/proc/{pid}/root/tmp")
    except OSError:
        return 0
    return (v.f_blocks - v.f_bfree) * v.f_frsize


def look(pid, peaks):
    inside = tasks = 0
    for p in [pid] + below(pid):
        try:
            with open(f"/proc/{p}/comm", encoding="latin-1") as f:
                if f.read().strip() in ("pinfold", "pinfold-keeper"):
                    continue
            tasks += len(os.listdir(f"/proc/{p}/task"))
            peaks["files"] = max(peaks["files"], len(os.listdir(f"/proc/{p}/fd")))
        except OSError:
            continue
        inside = p if p != pid else inside
    peaks["pids"] = max(peaks["pids"], tasks)
    if inside:
        peaks["disk"] = max(peaks["disk"], tmpfs_used(inside))


def main(argv):
    if argv and argv[0] == "--":
        argv = argv[1:]
    if not argv or argv[0].startswith("-"):
        sys.exit(__doc__)
    peaks, start = {"pids": 0, "files": 0, "disk": 0}, time.time()
    pid = os.fork()
    if pid == 0:
        try:
            os.execvp(argv[0], argv)
        except OSError as e:
            print(f"{argv[0]}: {e.strerror}", file=sys.stderr)
            os._exit(127)
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        look(pid, peaks)
        time.sleep(0.01)
    print(f"pids {peaks['pids']}  files {peaks['files']}  disk {peaks['disk'] / 2**20:.1f}M"
          f"  ({time.time() - start:.1f} s)", file=sys.stderr)
    return os.waitstatus_to_exitcode(status)


sys.exit(main(sys.argv[1:]))
