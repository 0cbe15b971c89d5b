# SPDX-License-Identifier: Apache-2.0
"""How long a program's output takes on a terminal that only reads: "MS BYTES" (a line's CR not counted)."""
import os
import pty
import sys
import time

start = time.time()
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
size = 0
while True:
    try:
        data = os.read(fd, 1 << 20)
    except OSError:
        break
    if not data:
        break
    size += len(data) - data.count(b"\r")
os.waitpid(pid, 0)
print(int((time.time() - start) * 1000), size)
