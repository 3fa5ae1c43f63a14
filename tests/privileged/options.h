/* SPDX-License-Identifier: MIT
 *
 * A rule with all options that this kernel can enforce, and a port that must have them.
 */
#ifndef VMNET_PRIVILEGED_OPTIONS_H
#define VMNET_PRIVILEGED_OPTIONS_H

#include <stdbool.h>

#define OPTIONS_TAP "vm0" /* the name of the only tap, by the rule */

/* A cmocka test setup: virbr0 runs STP and, if it can, is VLAN-aware; the rule for it is the only one, limit 2. */
int options_world_setup(void **state);

/* Its teardown: the usual rules and bridge. */
int options_world_reset(void **state);

/* A port that is up has the options that sysfs shows: most of them, without a process. "" or what is missing. */
const char *options_missing_if_up(const char *name);

/* What was handed over has all of them, and its number. Fails the test else. */
void options_assert_whole(const char *name);

/* No number and no entry of the address is left, and virbr0 has no port. */
void options_assert_none_left(void);

#endif
