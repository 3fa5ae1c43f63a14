#!/usr/bin/python3 -S
# SPDX-License-Identifier: MIT
#
# terminal_signal.py COMMAND...: run it on a terminal of its own, type ^C as soon as it says "ready", and print the
# signal that it was ended by.
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
while b"ready" not in shown:
    shown += os.read(terminal, 4096)
os.write(terminal, b"\x03")
status = os.waitpid(pid, 0)[1]
print("signal", os.WTERMSIG(status) if os.WIFSIGNALED(status) else "none")
