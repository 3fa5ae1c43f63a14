/* SPDX-License-Identifier: MIT */
/*
 * A FUSE file system with one file, both of which seem to be root's: what a hostile user could mount on a directory of
 * his own. Runs as root inside lab.sh.
 */
#ifndef VMNET_LAB_FUSE_H
#define VMNET_LAB_FUSE_H

#include <sys/types.h>

/* The file's name below the mount point. It says "allow virbr0". */
#define LAB_FUSE_FILE "fuse.conf"

/* Mount it at a directory. Returns the process that serves it; -1 with errno set when that cannot be had. */
pid_t lab_fuse_mount(const char *directory);

/* Unmount it, and wait for the end of its server. 0, or -1 with errno set. */
int lab_fuse_unmount(const char *directory, pid_t server);

#endif
