#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""complete.py SHELL DIRECTORY KEYS: type the keys into an interactive bash or zsh that has read its completion in this
directory. There, vmnetctl writes its arguments into the file "arguments", each followed by a NUL. Prints what the
terminal showed."""
import os
import pty
import select
import sys

PROMPT = b"~ready~"
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
READ = {
    "bash": ". '%s/vmnetctl.bash'",
    "zsh": "fpath=('%s' $fpath); autoload -Uz compinit; compinit -u -D",
}


def read_until(terminal, wanted, count):
    """All that the terminal shows until it has shown something so many times. There is no end but that of the shell."""
    shown = b""
    while shown.count(wanted) < count:
        if not select.select([terminal], [], [], 120)[0]:
            raise SystemExit(f"the shell shows nothing more after {shown!r}")
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break
    return shown


def main():
    shell, directory, keys = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", PS1=PROMPT.decode(), HOME=os.getcwd())
        os.execvp(shell, START[shell])
    # The prompt is put together, so that the echo of this line does not have it.
    setup = READ[shell] % directory + "; vmnetctl() { printf '%s\\0' \"$@\" >arguments; }; PS1='~'; PS1+='ready~'\n"
    read_until(terminal, PROMPT, 1)
    os.write(terminal, setup.encode())
    read_until(terminal, PROMPT, 1)
    os.write(terminal, keys.encode() + b"\n")
    shown = read_until(terminal, PROMPT, 1)
    os.write(terminal, b"exit\n")
    shown += read_until(terminal, b"\0\0", 1)
    os.waitpid(child, 0)
    sys.stdout.buffer.write(shown)


main()
