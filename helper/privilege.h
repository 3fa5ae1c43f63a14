/* SPDX-License-Identifier: MIT */
/*
 * Identity and capabilities: every change of either is in this file, and each function is named for what is true when
 * it returns. Whatever cannot be made true ends the process.
 */
#pragma once

struct caller;

/* Returns when CAP_NET_ADMIN is in the permitted set; else says why it is not and exits. Changes nothing. */
void privilege_is_there(void);

/*
 * Phase 4: drop to the caller.
 *
 * True when it ends: the real, effective, saved and file system ids are the caller's, the supplementary groups as they
 * were; but the saved group is another, unless CAP_SETGID was missing, as with a file capability, or the user
 * namespace has no other. CAP_NET_ADMIN is permitted, and no capability is in the effective, inheritable or ambient set; no_new_privs is set; the process is not
 * dumpable; uid 0 means nothing and cannot come to mean something. All of that has been read back, and attempts to
 * regain root have failed. Unless CAP_SETPCAP was missing, as with a file capability: the bounding set is empty and the
 * securebits are locked.
 * It must not: look at an argument or a file.
 */
void privilege_is_only_permitted(const struct caller *caller);

/* Phase 9 begins: CAP_NET_ADMIN is effective, alone. */
void privilege_is_effective(void);

/* Phase 9 ends: no capability is in any set, for good. */
void privilege_is_gone(void);
