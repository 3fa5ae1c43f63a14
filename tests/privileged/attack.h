/* SPDX-License-Identifier: MIT
 *
 * What a user may try on a process that carries his uid.
 */
#ifndef VMNET_PRIVILEGED_ATTACK_H
#define VMNET_PRIVILEGED_ATTACK_H

#include "run.h"

/*
 * All of them: list its descriptors, read its maps, its memory, its environment, take a descriptor, trace it, and set
 * its limits. The last cannot be kept from a program that begins with the caller's own ids, as by a file capability.
 */
enum {
    ATTACK_LIMITS = 0x40,
    ATTACK_ALL = 0x7f
};

/* Try each as caller on pid, of which fd is the number of a descriptor; bit i says that attack i worked. */
unsigned attack_as(const struct lab_caller *caller, pid_t pid, int fd);

/* Send a signal as caller; true when it may. */
bool attack_signal(const struct lab_caller *caller, pid_t pid, int number);

/* A lab_start.hook_as_caller for a program that can be attacked wherever Yama runs, too. */
void attack_stay(int socket_number, void *hook_data);

#endif
