#!/usr/bin/python3 -S
# SPDX-License-Identifier: MIT
#
# Stands for vmnet-helper where run.sh wants descriptors that are no taps: it adds its arguments to the file "asked",
# sends as many descriptors as it is asked for, or $SENDS, and exits with $EXITS. With $WAITS, it waits for a signal.
import os
import signal
import socket
import sys

with open("asked", "a") as asked:
    print(*sys.argv[1:], file=asked)
if "WAITS" in os.environ:
    print("ready", flush=True)
    signal.pause()
options = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)
count = int(os.environ.get("SENDS", options.get("--queues", "1")))
null = os.open("/dev/null", os.O_RDWR)
with socket.socket(fileno=int(options["--fd"])) as ours:
    if count > 0:
        socket.send_fds(ours, [b"\0"], [null] * count)
sys.exit(int(os.environ.get("EXITS", "0")))
