/* SPDX-License-Identifier: MIT */
/*
 * What root does about the file vmnet-helper. A change of its mode by hand is not advised where it is impossible, where
 * it would be undone, or where something else gives the privilege. All are to be freed.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

/* VMNET_HELPER_PATH is a wrapper, which the configuration of the system makes: another file than the installed one. */
bool helper_is_wrapper(void);

/*
 * To give it its privilege. Who may start it remains as it is: the administrator may have made it for a group. NULL: it
 * is to have none (VMNET_INSTALL_MODE=none, or dpkg-statoverride(1) says so), so the service is the way.
 */
char *helper_cure_privilege(const struct stat *status, bool with_names);

/* To let the user start it: what "cmake --install" does. */
char *helper_cure_execution(void);

/* To have it run as root instead of with a file capability. */
char *helper_cure_capability(const struct stat *status, bool with_names);

/* To have it there as it was installed. */
char *helper_cure_install(void);
char *helper_cure_install_again(void);

/* To have it on a file system that lets it have privilege. */
char *helper_cure_mount(void);
