/* SPDX-License-Identifier: MIT */
/*
 * What vmnet-helper records in the kernel about each tap that it makes: an alias, who got it for which bridge and when;
 * and, where the rule has a limit, an alternative name, the number that the tap takes of those that the user has on the
 * bridge. Only who may change the network can change either.
 */
#pragma once

#include "interfaces.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tap_alias {
    uid_t uid;
    char bridge[VMNETACL_NAME_MAX + 1];
    bool has_since;
    int64_t since; /* Unix time */
};

/* Was the interface made by vmnet-helper, by the beginning of its alias? */
bool tap_is_ours(const struct interface *interface);

/* Read "vmnet-helper uid=UID bridge=NAME since=SECONDS", or the same without since. Returns whether it is that. */
bool tap_alias_read(struct tap_alias *alias, const char *text);

/*
 * The number that an interface has by its alternative names for this user and the bridge of this index, from 0. Returns
 * false when it has none.
 */
bool tap_number_find(const struct interfaces *interfaces, const struct interface *interface, uid_t uid,
                     uint32_t bridge_index, uint32_t *number);

/* Has it any number, for whatever user and bridge? */
bool tap_has_number(const struct interfaces *interfaces, const struct interface *interface);

/* How many numbers this user has on the bridge of this index. */
size_t tap_numbers_count(const struct interfaces *interfaces, uid_t uid, uint32_t bridge_index);
