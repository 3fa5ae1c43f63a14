/* SPDX-License-Identifier: MIT
 *
 * A name service for tests, steered by a file. Each line of it is one of
 *
 *     user NAME UID GID           there is such a user
 *     group NAME GID [MEMBER,...] there is such a group
 *     many NAME COUNT FIRST       by initgroups, the user is in COUNT groups more, with gids from FIRST
 *     at FUNCTION[#N] DEED [WORD] when FUNCTION (or any) is called (for the Nth time), do this: see deed.c
 *
 * Nothing else is known to it. A file that is not there is an empty one.
 */
#ifndef VMTEST_H
#define VMTEST_H

#include <nss.h>
#include <stdbool.h>

#define VMTEST_CONF "/etc/vmtest.conf"

/* Do what the file says for this function. True: nothing more is to be done than to return *status. */
bool vmtest_act(const char *function, enum nss_status *status, int *error);

/* False: the strings that are returned are NULL. */
bool vmtest_has_strings(void);

#endif
