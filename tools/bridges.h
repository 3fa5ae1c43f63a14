/* SPDX-License-Identifier: MIT */
/* The bridges of this network namespace, as sysfs shows them (Documentation/ABI/testing/sysfs-class-net). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is known about an interface. */
struct bridge {
    bool is_known;  /* false: /sys/class/net cannot be read, and all else is false, too */
    bool exists;    /* an interface has this name */
    bool is_bridge; /* and is a bridge */
    bool is_up;
    bool has_fixed_mac; /* its address was set, so it does not change with the ports */
};

/* name: one that vmnetacl_name_valid() accepts. */
void bridge_look(struct bridge *bridge, const char *name);

/* The names of all bridges, unsorted; *names is NULL when there are none. Free them with bridges_free(). */
void bridges_list(char ***names, size_t *names_count);

void bridges_free(char **names, size_t names_count);
