/* SPDX-License-Identifier: MIT */
#include "root.h"

#include "message.h"
#include "privilege.h"

#include <sys/auxv.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * A program with a set-user-ID bit that took its caller from a socket could be given a socket whose other end root has
 * opened. So this one answers only when exec(2) has given it nothing that its parent did not have.
 */
void root_require(void)
{
    if (getauxval(AT_SECURE) != 0 || getuid() != geteuid() || getgid() != getegid())
        die(EX_NOPERM, "vmnet-helperd must not be setuid or setgid, or have a file capability; chmod 755 it");
    if (getuid() != 0 || !privilege_is_held())
        die(EX_NOPERM, "vmnet-helperd must be started as root with CAP_NET_ADMIN, CAP_SETUID, CAP_SETGID and CAP_KILL; "
                       "the init system does: 'systemctl enable --now vmnet-helper.socket'");
}
