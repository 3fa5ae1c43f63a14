/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Phase 1: undo what the caller chose for this process.
 *
 * True when it ends: there was an argument 0; descriptors 0, 1 and 2 are open; the environment is empty; the umask is
 * 077; no signal is blocked, and of the standard ones none is ignored but SIGPIPE; no core file is written; the process
 * is not dumpable; the working directory is "/".
 * It must not: look at the arguments, open anything but /dev/null, change an identity or a capability.
 */
void process_make_sane(int argc);

/* Close every descriptor above 2 but these two, in whatever order they are. */
void process_close_all_but(int fd, int other_fd);

/*
 * The deadline ends here: the outcome is certain, and only has to be told. Runs behind the seccomp filter, too.
 * A helper that is stopped between this and the hand-over holds a tap, which counts and is seen as any other.
 */
void process_end_deadline(void);
