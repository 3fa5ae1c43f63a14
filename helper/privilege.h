/* SPDX-License-Identifier: MIT */
/*
 * Identity and capabilities: every change of either is in this file. Each function reads back what it has changed; what
 * cannot be made true ends the process.
 */
#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>

struct caller;

/* Return in the initial user namespace; in another, say so and exit with EX_NOPERM. */
void user_namespace_require_initial(void);

/* Is CAP_NET_ADMIN in the permitted set? To be called before capabilities change. */
bool privilege_is_held(void);

/* Return if it is; else say why it is not, and exit. Changes nothing. */
void privilege_require(void);
noreturn void privilege_die_without(void);

/*
 * For the client, which the service takes for the user whose effective ids it has: return if its real, effective and
 * saved ids are equal, so that these are the caller's; else say why it has no privilege, and exit.
 *
 * True when it ends: the process has no capability, and is dumpable, so that the service may look at its namespaces.
 */
void privilege_require_none(void);

/*
 * Phase 4: drop to the caller.
 *
 * True when it ends: the real, effective and file system ids are the caller's, the supplementary groups are the
 * caller's, and the saved ids are those of the process that looks up names (VMNET_WORKER_UID and _GID). A saved id is
 * the caller's, too, if CAP_SETUID or CAP_SETGID was missing, as with a file capability, or if the user namespace lacks
 * that id.
 * CAP_NET_ADMIN is permitted, and no capability is in the effective, inheritable or ambient set; no_new_privs is set;
 * the process is not dumpable. All of that has been read back, and attempts to regain root have failed.
 * It must not: look at an argument or a file.
 */
void privilege_drop_to_caller(const struct caller *caller);

/* Phase 9 begins: make CAP_NET_ADMIN effective, and no other capability. */
void privilege_raise(void);

/* Phase 9 ends: give up every capability, for good. */
void privilege_drop_all(void);
