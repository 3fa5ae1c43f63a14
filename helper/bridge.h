/* SPDX-License-Identifier: MIT */
#pragma once

struct bridge {
    int ifindex;
    int mtu; /* bytes */
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
