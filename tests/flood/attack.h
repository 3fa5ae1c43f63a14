/* SPDX-License-Identifier: MIT
 *
 * What one user, bob, can do to the service that others use, too. An attack is some processes of his, in one session,
 * which go on until they are killed.
 */
#ifndef VMNET_FLOOD_ATTACK_H
#define VMNET_FLOOD_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ATTACK_SOCKET "/run/vmnet/helper.sock"

enum {
    ATTACK_UID = 4243,                  /* vmother of the lab */
    ATTACK_SUBORDINATE_FIRST = 1000000, /* of his subordinate ids */
    ATTACK_ROLES_MAX = 8,
};

struct attack {
    const char *name;
    struct {
        void (*run)(unsigned number); /* never returns; number is 0, 1 … of the processes of this role */
        unsigned process_count;
    } roles[ATTACK_ROLES_MAX];
};

extern const struct attack attacks[];
extern const size_t attack_count;

/* Start one, as root; returns when each process has become bob. attack_stop() must be given the result. */
pid_t attack_start(const struct attack *attack);

/* End it, and return when no process of it is left. False if one had ended before: then the attack was not as meant. */
bool attack_stop(pid_t pid);

#endif
