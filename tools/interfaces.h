/* SPDX-License-Identifier: MIT */
/*
 * The interfaces of the network namespace of this process, as rtnetlink(7) shows them. sysfs may show those of another
 * one, of the process that mounted it, while vmnet-helper uses those of this one.
 */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interface {
    char name[VMNETACL_NAME_MAX + 1];
    char kind[VMNETACL_NAME_MAX + 1]; /* "bridge", "tun"; "" for a device, which has none */
    uint32_t index;
    uint32_t master; /* index of what it is a port of; 0: of nothing */
    uint32_t mtu;
    bool is_up;
    bool has_link;
    bool has_address;
    unsigned char address[6];
    bool runs_stp;       /* a bridge; this, too, and all after it */
    bool has_kernel_stp; /* and no program does it in the kernel's place */
    bool knows_vlans;    /* its kernel has VLANs for bridges */
    bool is_vlan_aware;
    uint32_t forward_delay_cs;
};

/* A name beside the first one (ip-link(8), "altname"). */
struct other_name {
    char name[VMNETACL_NAME_MAX + 1];
    uint32_t index;
};

struct interfaces {
    bool are_known;
    int error; /* else why, an errno */
    struct interface *items;
    size_t count;
    struct other_name *other_names; /* those that are no longer than a name */
    size_t other_names_count;
};

void interfaces_read(struct interfaces *interfaces);

/* NULL when there is none. */
const struct interface *interfaces_find(const struct interfaces *interfaces, const char *name);
const struct interface *interfaces_find_by_other_name(const struct interfaces *interfaces, const char *name);
const struct interface *interfaces_at_index(const struct interfaces *interfaces, uint32_t index);

void interfaces_free(struct interfaces *interfaces);
