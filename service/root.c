/* SPDX-License-Identifier: MIT */
#include "root.h"

#include "caller.h"
#include "message.h"
#include "privilege.h"

#include <sys/auxv.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * A setuid program that took its caller from a socket could be given one to which root has connected. So this program
 * answers only if exec(2) has given it nothing that its parent did not have.
 */
void root_require(void)
{
    if (getauxval(AT_SECURE) != 0 || getuid() != geteuid() || getgid() != getegid())
        die(EX_NOPERM,
            "vmnet-helperd must not be setuid or setgid, or have a file capability; chmod 755 or setcap -r it");
    if (getuid() != 0 || !privilege_is_held())
        die(EX_NOPERM, "vmnet-helperd must be started as root with CAP_NET_ADMIN, CAP_SETUID, CAP_SETGID and CAP_KILL; "
                       "the init system does: 'systemctl enable --now vmnet-helper.socket'");
}

/* No other may stay permitted: when the file system uid becomes 0 again, some are put into effect, capabilities(7). */
void root_limit_capabilities(void)
{
    const cap_value_t kept[] = {CAP_KILL, CAP_SETUID, CAP_SETGID, CAP_NET_ADMIN};
    cap_t set = cap_init();

    if (set == NULL || cap_set_flag(set, CAP_PERMITTED, 4, kept, CAP_SET) != 0 ||
        cap_set_flag(set, CAP_EFFECTIVE, 3, kept, CAP_SET) != 0 || cap_set_proc(set) != 0)
        die(EX_OSERR, "cannot drop the capabilities that are not needed: %m");
    (void)cap_free(set); /* its own: cannot fail */
}

static void set_effective_ids(uid_t uid, gid_t gid)
{
    /* Only root may change the gid: take root's uid before that, and give it up after. */
    if (uid == 0 && setresuid((uid_t)-1, uid, (uid_t)-1) != 0)
        die(EX_OSERR, "cannot set the effective user %u: %m", (unsigned)uid);
    if (setresgid((gid_t)-1, gid, (gid_t)-1) != 0)
        die(EX_OSERR, "cannot set the effective group %u: %m", (unsigned)gid);
    if (uid != 0 && setresuid((uid_t)-1, uid, (uid_t)-1) != 0)
        die(EX_OSERR, "cannot set the effective user %u: %m", (unsigned)uid);
    if (geteuid() != uid || getegid() != gid)
        die(EX_SOFTWARE, "an effective id is not what was set");
}

void root_borrow_ids(const struct caller *caller)
{
    set_effective_ids(caller->uid, caller->gid);
}

void root_return_ids(void)
{
    set_effective_ids(0, 0);
}

static void set_file_ids(uid_t uid, gid_t gid)
{
    (void)setfsgid(gid); /* these return the old id in any case, and an invalid id changes nothing */
    (void)setfsuid(uid);
    if ((gid_t)setfsgid((gid_t)-1) != gid || (uid_t)setfsuid((uid_t)-1) != uid)
        die(EX_SOFTWARE, "a file system id is not what was set");
}

void root_borrow_file_ids(uid_t uid, gid_t gid)
{
    set_file_ids(uid, gid);
}

void root_return_file_ids(void)
{
    set_file_ids(0, 0);
}
