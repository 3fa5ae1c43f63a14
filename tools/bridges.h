/* SPDX-License-Identifier: MIT */
/* The bridges of this network namespace, as sysfs shows them (Documentation/ABI/testing/sysfs-class-net). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is known of an interface. */
struct bridge {
    bool is_known;  /* false: there is no /sys/class/net to look at, and the rest is false too */
    bool exists;    /* an interface has this name */
    bool is_bridge; /* and is a bridge */
    bool is_up;
    bool has_fixed_mac; /* its address was set, and does not follow its ports' */
};

/* name: that of an interface, as vmnetacl_name_valid() has it. */
void bridge_look(struct bridge *bridge, const char *name);

/* The names of all bridges, in no order; *names is NULL when there are none. To be freed with bridges_free(). */
void bridges_list(char ***names, size_t *names_count);

void bridges_free(char **names, size_t names_count);
