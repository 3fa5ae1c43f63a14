/* SPDX-License-Identifier: MIT
 *
 * vmnet-helperd as it runs on a host: a loop that listens at a socket.
 */
#ifndef VMNET_LAB_HELPERD_H
#define VMNET_LAB_HELPERD_H

#include <sys/types.h>

#define LAB_HELPERD_SOCKET "/run/vmnet/helper.sock" /* where the client looks for it */

/* Start it as root, and wait until it accepts connections there. It ends with the laboratory, or before: */
pid_t lab_helperd_listen(const char *program);

/* Tell it to end, and wait for that. Returns its wait status. */
int lab_helperd_end(pid_t pid);

#endif
