/* SPDX-License-Identifier: MIT
 *
 * Put a client into namespaces of each kind before it is executed.
 */
#ifndef VMNET_SERVICE_ENTER_H
#define VMNET_SERVICE_ENTER_H

#include <stdbool.h>
#include <sys/types.h>

struct enter {
    int flags;         /* CLONE_NEWUSER, CLONE_NEWNET: made by the caller */
    int flags_as_root; /* the same, made by root before the process becomes the caller */
    const char *map;   /* of uids and gids; NULL: none */
    bool map_by_root;  /* as newuidmap(1), which gives out subordinate ids; else the process writes it itself */
    uid_t id;          /* 0, or the uid and gid that it takes then, by the numbers inside */
    const char *inner; /* not NULL: then it makes a further user namespace, with this map */
    int helper_fds[2]; /* of the process that writes maps as root */
};

/* For lab_start: hook_data is a struct enter. */
void enter_as_root(int socket_number, void *hook_data);
void enter_as_caller(int socket_number, void *hook_data);

#endif
