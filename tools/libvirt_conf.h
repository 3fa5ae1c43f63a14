/* SPDX-License-Identifier: MIT */
/* What a qemu.conf of libvirt says about the helper. */
#pragma once

#include <stdbool.h>

/* Of the libvirt that runs as root. */
#define LIBVIRT_CONF_OF_SYSTEM "/etc/libvirt/qemu.conf"

/* The bridge_helper of a file, to be freed; NULL when there is none. has_file: it can be read. */
char *libvirt_conf_bridge_helper(const char *path, bool *has_file);
