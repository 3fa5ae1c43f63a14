/* SPDX-License-Identifier: MIT */
/*
 * The option limit: so many live taps of the caller on the bridge, and no more.
 *
 * A tap that counts has a number, in an alternative name (ip-link(8), "altname") that the kernel keeps unique:
 * vmnet-helper.UID.BRIDGE_INDEX.NUMBER. Giving a tap such a name succeeds for one of any number of helpers at once, and
 * the name ends with the tap: no lock, daemon or file can be left behind, and a helper that was stopped or killed is in
 * no other's way.
 *
 * Why it is exact: a helper that has seen h numbers in use tries the limit - h lowest of the others only, and gives up
 * when each of them has been taken by a rival. tests/quota/model.py goes through every interleaving.
 */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

struct bridge;
struct caller;
struct netlink;
struct tap;

struct quota {
    uint32_t limit;     /* 0: none */
    size_t spare_count; /* how many numbers may be tried */
    char prefix[64];    /* of the names */
    bool is_used[VMNETACL_LIMIT_MAX];
};

/*
 * Phase 7, without privilege: return if the caller holds fewer taps than the rule's limit; else say so and exit.
 * It must not: create anything.
 */
void quota_count(struct quota *quota, const struct caller *caller, const struct bridge *bridge,
                 const struct vmnetacl_decision *decision);

/* Phase 9, before the tap becomes a port: give it a number. When none is left, say so and exit. */
void quota_take_number(const struct quota *quota, struct netlink *netlink, const struct tap *tap);
