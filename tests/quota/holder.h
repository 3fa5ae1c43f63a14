/* SPDX-License-Identifier: MIT
 *
 * What the holder of a tap may do with it, to hide it from the count.
 */
#ifndef VMNET_QUOTA_HOLDER_H
#define VMNET_QUOTA_HOLDER_H

#include "run.h"

enum holder_deed {
    HOLDER_HOLDS,      /* nothing */
    HOLDER_REATTACHES, /* makes it persistent, closes it, and attaches to it by its name */
    HOLDER_GIVES_AWAY, /* makes it another user's (TUNSETOWNER) */
    HOLDER_MOVES,      /* tries to move it into a network namespace of his own */
    HOLDER_DEED_COUNT
};

/* Do it as caller. Returns the descriptor that has the tap now, or -1 when what must work did not, or the reverse.
 * Called as root, by a process without threads. */
int holder_act(int tap_fd, enum holder_deed deed, const struct lab_caller *caller);

/* The two halves of HOLDER_REATTACHES: make it persistent, with caller as its owner; get a descriptor of it, or -1. */
bool holder_persist(int tap_fd, const struct lab_caller *caller);
int holder_attach(const char *name, unsigned flags, const struct lab_caller *caller);

#endif
