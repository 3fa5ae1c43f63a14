/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include "filter_program.h" /* made by filter/generate.c */
#include "message.h"

#include <assert.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

static_assert(sizeof(struct sock_filter) == 8, "the program's bytes are its instructions");
static_assert(TUNSETIFF == FILTER_TUNSETIFF, "the filter was made with this machine's number for TUNSETIFF");

void filter_install(void)
{
    const struct sock_fprog program = {.len = sizeof filter_program / sizeof(struct sock_filter),
                                       .filter = (struct sock_filter *)(uintptr_t)filter_program};

    /* Needs no_new_privs, which phase 4 has set. */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        die(EX_OSERR, "cannot install the seccomp filter: %m; the kernel needs CONFIG_SECCOMP_FILTER");
}
