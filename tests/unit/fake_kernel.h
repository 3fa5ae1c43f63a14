/* SPDX-License-Identifier: MIT */
/*
 * A kernel with one bridge and one new tap, as far as rtnetlink(7) shows them: it takes sendmsg() and recvmsg(), keeps
 * what it is told, and answers. It outlives the child that speaks to it, so that a test can look at what was left.
 */
#ifndef UNIT_FAKE_KERNEL_H
#define UNIT_FAKE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FAKE_BRIDGE = 12, /* the index of the bridge */
    FAKE_TAP = 77,    /* of the tap */
    FAKE_OTHER = 13,  /* of another port */
};

#define FAKE_PORT_ATTRIBUTES 64
#define FAKE_NUMBERS         1023

struct fake_kernel {
    /* The bridge. */
    bool is_missing;
    uint8_t stp, vlan_filtering;
    uint16_t pvid;
    unsigned settings_asked; /* how often its settings were asked for */
    unsigned changes_at;     /* the time from which on stp and vlan_filtering are 0; 0: never */
    /* The tap. */
    uint32_t master;
    bool is_up;
    bool was_up_early; /* before it was a port */
    uint8_t attributes[FAKE_PORT_ATTRIBUTES];
    uint16_t unknown;  /* an attribute that this kernel ignores; 0: none */
    uint16_t vlans[4]; /* of the port, 0: none */
    uint16_t untagged; /* the one of its untagged frames */
    bool loses_master; /* another program takes the tap out of the bridge */
    bool gains_vlan;   /* another program gives it one more VLAN */
    /* The entry of the address; index 0: none. */
    int entry_index;
    uint16_t entry_state;
    uint8_t entry_flags;
    uint16_t entry_vlan;
    /* The one in the default VLAN, which is apart without VLAN filtering. */
    int pvid_entry_index;
    uint16_t pvid_entry_state;
    unsigned learned_again; /* how often another port learns it when it was deleted */
    bool entry_moves;       /* another program replaces ours at once */
    /* Numbers: names that begin with "vmnet-helper.1000.12.". */
    bool used[FAKE_NUMBERS];
    bool hidden[FAKE_NUMBERS]; /* used, but by no port of the bridge */
    int number;                /* of the tap; -1: none */
    unsigned other_ports;      /* without numbers */
    bool is_inconsistent;      /* dumps say so */
    /* The message, from 1, that fails, and how; silent: it gets no answer at all. */
    unsigned failing_message;
    int failing_error;
    bool is_silent;
    unsigned messages; /* how many there were */
};

/* Begin with a VLAN-aware bridge that runs STP. The same object each time. */
struct fake_kernel *fake_kernel_start(void);

#endif
