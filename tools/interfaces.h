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

/* Bytes in an alternative name: ALTIFNAMSIZ of <linux/if.h>, which cannot be included together with <net/if.h>. */
#define OTHER_NAME_SIZE 128

/* What a bridge does with the frames of a port; all zero when it is no port of a bridge. */
struct port {
    bool is_isolated;
    bool is_guarded; /* against BPDUs; see protects_root */
    bool protects_root;
    bool is_locked;   /* frames from addresses that its table does not have for the port are dropped */
    bool is_learning; /* addresses get into the table by themselves */
    bool is_flooded;  /* with frames for addresses that the table does not have */
    /* These after ports_read() only. */
    size_t vlans_count; /* 1: one VLAN; more: two, or a range of them */
    uint16_t vlan;      /* the last one; 0: frames without a tag are not put into it, or it leaves with one */
    size_t fixed_count; /* different static addresses; more than 1: at least two */
    bool is_sticky;     /* the first of them does not move to another port */
    unsigned char fixed[6];
};

struct interface {
    char name[VMNETACL_NAME_MAX + 1];
    char kind[VMNETACL_NAME_MAX + 1]; /* "bridge", "tun"; "" for a device, which has none */
    char *alias;                      /* ip-link(8); any bytes; NULL: it has none */
    uint32_t index;
    uint32_t master; /* index of what it is a port of; 0: of nothing */
    uint32_t mtu;
    bool is_up;
    bool has_carrier; /* it has a link, or would have if it were up; a tap: a process holds it */
    bool has_link;
    bool has_address;
    unsigned char address[6];
    bool runs_stp;       /* a bridge; this, too, and all after it */
    bool has_kernel_stp; /* and no program does it in the kernel's place */
    bool knows_vlans;    /* its kernel has VLANs for bridges */
    bool is_vlan_aware;
    uint32_t forward_delay_cs;
    bool is_persistent; /* a tap: it stays when no process holds it */
    struct port port;
};

/* A name beside the first one (ip-link(8), "altname"). */
struct other_name {
    char name[OTHER_NAME_SIZE];
    uint32_t index;
};

struct interfaces {
    bool are_known;
    int error; /* else why, an errno */
    struct interface *items;
    size_t count;
    struct other_name *other_names;
    size_t other_names_count;
};

void interfaces_read(struct interfaces *interfaces);

/* NULL when there is none. */
const struct interface *interfaces_find(const struct interfaces *interfaces, const char *name);
const struct interface *interfaces_find_by_other_name(const struct interfaces *interfaces, const char *name);
const struct interface *interfaces_at_index(const struct interfaces *interfaces, uint32_t index);

void interfaces_free(struct interfaces *interfaces);
