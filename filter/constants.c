/* SPDX-License-Identifier: MIT */
/* This is compiled for the target and never run: generate.c reads the object file. See constants.h. */
#include "constants.h"

#include "architecture.h"

#include <linux/futex.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SOCK_RAW_CLOEXEC (SOCK_RAW | SOCK_CLOEXEC)

#define BYTE(number, shift) ((unsigned char)((unsigned)(number) >> (shift)&0xff))
#define CONSTANT(name)      {#name, {BYTE(name, 24), BYTE(name, 16), BYTE(name, 8), BYTE(name, 0)}},

extern const struct constants vmnet_filter_constants;
const struct constants vmnet_filter_constants = {CONSTANTS_MARK, {CONSTANTS(CONSTANT)}};
