/* SPDX-License-Identifier: MIT */
#pragma once

#include "vmnetacl.h"

struct netlink;

struct bridge {
    char name[VMNETACL_NAME_MAX + 1];
    int ifindex;
    int mtu; /* bytes */
    /* What options depend on: of bridge_require_options(), for a rule that needs it; else 0. */
    uint32_t stp;            /* 1: the kernel's spanning tree protocol runs */
    uint32_t vlan_filtering; /* 1: the bridge is VLAN-aware */
    uint32_t default_pvid;   /* the VLAN of a new port; 0: none */
};

/*
 * Phase 7: find the bridge.
 *
 * True when it ends: there is a link of exactly this name, it is a bridge, and its index and MTU are known. From here
 * on only the index counts: an interface that takes the name later is not the bridge.
 * It must not: be reached before the policy has allowed the name, or have a capability in effect, with which the
 * kernel would load a module called after the name.
 */
void bridge_find(struct bridge *bridge, const char *name);

/*
 * Phase 7, too: read what the rule's options depend on, and return if the bridge can do what they say; else say what it
 * lacks, and exit.
 * It must not: have a capability in effect.
 */
void bridge_require_options(struct bridge *bridge, const struct vmnetacl_decision *decision);

/* The same in phase 9: have the bridge's settings changed since then, so that an option would protect nothing? */
void bridge_require_unchanged(const struct bridge *bridge, struct netlink *netlink,
                              const struct vmnetacl_decision *decision);
