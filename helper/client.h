/* SPDX-License-Identifier: MIT */
/* What vmnet-helper does when it has no privilege that helps: it asks the service, vmnet-helperd(8). */
#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>

/*
 * Does CAP_NET_ADMIN count only in a user namespace, as that of root in a container, while there is a service? Then the
 * caller means the bridges of the service. False when exec(2) has given this process another uid or gid.
 */
bool client_is_preferred(void);

/*
 * Instead of phases 2 to 10: have the service do them, and give QEMU what comes back.
 *
 * It must not: be reached with any privilege; hand QEMU's socket to the service.
 */
noreturn void client_run(int argc, char *const argv[]);
