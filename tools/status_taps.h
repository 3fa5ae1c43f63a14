/* SPDX-License-Identifier: MIT */
/* The live taps that vmnet-helper made in the network namespace of this process, and what is wrong with them. */
#pragma once

#include "interfaces.h"
#include "status_verdicts.h"
#include "tap_holders.h"
#include "tap_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct status_finding {
    const char *code;
    char *message;
    char *cure;
};

/* Its pointers live as long as the status. */
struct status_tap {
    const struct interface *interface;
    const struct interface *master; /* what it is a port of; NULL: of nothing */
    bool has_record;                /* the alias is one that vmnet-helper writes; else nothing of this is known: */
    struct tap_alias record;
    const struct interface *bridge; /* the one of the record, if there is such a bridge; else NULL */
    bool has_number;
    uint32_t number; /* from 0 */
    const struct status_verdict *verdict;
    const struct tap_holder *holders; /* the first of those that are known */
    size_t holders_count;
    struct status_finding *findings;
    size_t findings_count;
};

struct status {
    struct interfaces interfaces;
    struct tap_holders holders;
    struct status_verdicts verdicts;
    struct status_tap *taps; /* by name */
    size_t taps_count;
    size_t findings_count; /* of all taps */
};

/* Which options of vmnet-rules(5) are in force on a port, as the kernel reports them; else false, 0 and NULL. */
struct status_port {
    bool is_isolated;
    bool is_guarded;
    bool is_locked;
    const unsigned char *mac; /* 6 bytes */
    uint16_t vlan;            /* its only VLAN */
};

/* Fill it in, with the findings. interfaces.are_known is false if the kernel did not list them. */
void status_make(struct status *status);

/* Is it a port of the bridge that it was made for? */
bool status_tap_is_in_place(const struct status_tap *tap);

struct status_port status_tap_port(const struct status_tap *tap);

/* No process holds the tap, as far as the kernel tells. */
bool status_tap_is_unheld(const struct status_tap *tap);

/* Could everything be asked about each tap? Not if the rules gave no verdict. */
bool status_is_whole(const struct status *status);

void status_free(struct status *status);
