/* SPDX-License-Identifier: MIT */
/*
 * Begins with what exec(2) gave: root's ids and all capabilities (setuid), or the caller's ids and one capability (file
 * capability), or root outright. Kernel facts: capabilities(7), credentials(7), kernel/cred.c, security/commoncap.c.
 */
#include "privilege.h"

#include "caller.h"
#include "diagnosis.h"
#include "message.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

/* All made early, since nothing can be allocated behind the seccomp filter. They live until exit. */
static cap_t permitted_set;
static cap_t effective_set;
static cap_t empty_set;
static cap_t current_set; /* what was last read back or tried */

/* A capability set with CAP_NET_ADMIN permitted, effective or neither. */
static cap_t make_set(cap_flag_value_t permitted, cap_flag_value_t effective)
{
    const cap_value_t net_admin = CAP_NET_ADMIN;
    cap_t set = cap_init();

    if (set == NULL || cap_set_flag(set, CAP_PERMITTED, 1, &net_admin, permitted) != 0 ||
        cap_set_flag(set, CAP_EFFECTIVE, 1, &net_admin, effective) != 0)
        die(EX_OSERR, "cannot make a capability set: %m");
    return set;
}

static bool has_capability(cap_value_t capability, cap_flag_t flag)
{
    cap_flag_value_t value = CAP_CLEAR;

    if (capgetp(0, current_set) != 0 || cap_get_flag(current_set, capability, flag, &value) != 0)
        die(EX_OSERR, "cannot read the capabilities: %m");
    return value == CAP_SET;
}

bool privilege_is_held(void)
{
    permitted_set = make_set(CAP_SET, CAP_CLEAR);
    effective_set = make_set(CAP_SET, CAP_SET);
    empty_set = make_set(CAP_CLEAR, CAP_CLEAR);
    current_set = make_set(CAP_CLEAR, CAP_CLEAR);
    return has_capability(CAP_NET_ADMIN, CAP_PERMITTED);
}

noreturn void privilege_die_without(void)
{
    die(EX_NOPERM,
        "no privilege: %s; or have the service give the tap: as root, 'systemctl enable --now vmnet-helper.socket', "
        "and a sandbox must let this program see /run/vmnet",
        diagnosis_find("/proc/self/exe"));
}

void privilege_require(void)
{
    if (!privilege_is_held())
        privilege_die_without();
}

void user_namespace_require_initial(void)
{
    if (diagnosis_in_user_namespace())
        die(EX_NOPERM, "no privilege: %s", diagnosis_user_namespace);
}

/* The ids that are saved while all others are the caller's. */
struct saved_ids {
    uid_t uid;
    gid_t gid;
};

/*
 * The ids of the process that looks up names, which the library's worker takes: a caller who has none of them in common
 * with it cannot signal, stop or limit it. And as long as a saved id is not the caller's, the caller cannot change the
 * limits of this process, either: prlimit(2) compares all six ids, whether the process is dumpable or not.
 * A user namespace may lack these ids, and a file capability does not let us choose.
 */
static struct saved_ids save_worker_ids(const struct caller *caller)
{
    struct saved_ids saved = {.uid = caller->uid, .gid = caller->gid};

    if (!has_capability(CAP_SETGID, CAP_EFFECTIVE) || !has_capability(CAP_SETUID, CAP_EFFECTIVE))
        return saved;
    if (setresgid((gid_t)-1, (gid_t)-1, VMNET_WORKER_GID) == 0)
        saved.gid = VMNET_WORKER_GID;
    else if (errno != EINVAL) /* a group that is not mapped there */
        die(EX_OSERR, "cannot save group %u: %m", VMNET_WORKER_GID);
    if (setresuid((uid_t)-1, (uid_t)-1, VMNET_WORKER_UID) == 0)
        saved.uid = VMNET_WORKER_UID;
    else if (errno != EINVAL)
        die(EX_OSERR, "cannot save user %u: %m", VMNET_WORKER_UID);
    return saved;
}

static void take_ids(const struct caller *caller, const struct saved_ids *saved)
{
    int error;

    /* The group first: without root's uid it could not be changed any more. All three, or the saved id leads back. */
    if (setresgid(caller->gid, caller->gid, saved->gid) == 0 && setresuid(caller->uid, caller->uid, saved->uid) == 0)
        return;
    error = errno;
    if (error == EINVAL) /* an id that is not mapped there */
        user_namespace_require_initial();
    errno = error;
    die(EX_OSERR, "cannot drop to user %u and group %u: %m", (unsigned)caller->uid, (unsigned)caller->gid);
}

/* A process that its caller executed has the caller's groups. setgroups(2) needs CAP_SETGID, so it comes first. */
static void take_groups(const struct caller *caller)
{
    if (caller->is_peer && setgroups(caller->groups_count, caller->groups) != 0)
        die(EX_OSERR, "cannot take the caller's groups: %m");
}

static void check_groups(const struct caller *caller)
{
    struct caller now;

    caller_capture_self(&now);
    if (now.groups_count != caller->groups_count ||
        (now.groups_count > 0 && memcmp(now.groups, caller->groups, now.groups_count * sizeof *now.groups) != 0))
        die(EX_SOFTWARE, "the groups are not the caller's after the drop");
    vmnetacl_caller_free(now.memory);
}

static void check_ids(const struct caller *caller, const struct saved_ids *saved)
{
    uid_t uid[3];
    gid_t gid[3];

    if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0)
        die(EX_OSERR, "cannot read the ids back: %m");
    for (size_t i = 0; i < 3; i++)
        if (uid[i] != (i < 2 ? caller->uid : saved->uid) || gid[i] != (i < 2 ? caller->gid : saved->gid))
            die(EX_SOFTWARE, "an id is not what was set by the drop");
    /* setfsuid(2): an invalid id changes nothing, and the old one is returned. */
    if ((uid_t)setfsuid((uid_t)-1) != caller->uid || (gid_t)setfsgid((gid_t)-1) != caller->gid)
        die(EX_SOFTWARE, "a file system id is not the caller's after the drop");
    if (caller->uid != 0 && (setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || setresuid(0, (uid_t)-1, (uid_t)-1) == 0))
        die(EX_SOFTWARE, "root's uid could be regained after the drop");
    if (caller->gid != 0 && setresgid((gid_t)-1, 0, (gid_t)-1) == 0)
        die(EX_SOFTWARE, "root's gid could be regained after the drop");
}

/*
 * The process has exactly these capabilities, permitted, effective and inheritable. Not by cap_compare(3): that of
 * libcap 2.66 gets memory, and the seccomp filter may kill us for it. The kernel keeps the ambient set in the
 * inheritable one.
 */
static void check_capabilities(cap_t wanted)
{
    char found_bytes[64], wanted_bytes[64]; /* 29 are written */
    ssize_t len = cap_copy_ext(wanted_bytes, wanted, sizeof wanted_bytes);

    if (len <= 0 || capgetp(0, current_set) != 0 || cap_copy_ext(found_bytes, current_set, sizeof found_bytes) != len ||
        memcmp(found_bytes, wanted_bytes, (size_t)len) != 0)
        die(EX_SOFTWARE, "the capabilities are not what was set");
}

static void check_no_way_back(void)
{
    const cap_value_t more[] = {CAP_NET_ADMIN, CAP_SETUID, CAP_SYS_ADMIN};

    if (cap_set_flag(current_set, CAP_PERMITTED, 3, more, CAP_SET) != 0)
        die(EX_OSERR, "cannot make a capability set: %m");
    if (cap_set_proc(current_set) == 0)
        die(EX_SOFTWARE, "capabilities could be regained after the drop");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE) != 0)
        die(EX_SOFTWARE, "no_new_privs is not set, or the process is dumpable");
}

void privilege_require_none(void)
{
    uid_t uid[3];
    gid_t gid[3];

    if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0)
        die(EX_OSERR, "cannot read the ids: %m");
    if (uid[0] != uid[1] || uid[0] != uid[2] || gid[0] != gid[1] || gid[0] != gid[2])
        privilege_die_without();
    privilege_drop_all(); /* the service may not look at the namespaces of a process that can do more than itself */
    if (prctl(PR_SET_DUMPABLE, 1) != 0)
        die(EX_OSERR, "cannot make the process dumpable: %m");
}

/*
 * no_new_privs is all that exec needs: it ignores the set-id bits and grants no capability that is not permitted
 * already, to root's uid as well (cap_bprm_creds_from_file() in security/commoncap.c). So the bounding set and the
 * securebits stay as the caller's session has them.
 */
void privilege_drop_to_caller(const struct caller *caller)
{
    struct saved_ids saved = save_worker_ids(caller);

    take_groups(caller);
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        die(EX_OSERR, "cannot keep the capabilities across the drop: %m");
    take_ids(caller, &saved);
    if (cap_set_proc(permitted_set) != 0)
        die(EX_OSERR, "cannot drop all capabilities but CAP_NET_ADMIN: %m");
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0)
        die(EX_OSERR, "cannot stop keeping the capabilities: %m");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        die(EX_OSERR, "cannot set no_new_privs: %m");
    /* Again: each change of ids above has reset it to fs.suid_dumpable (kernel/cred.c, commit_creds()). */
    if (prctl(PR_SET_DUMPABLE, 0) != 0)
        die(EX_OSERR, "cannot make the process not dumpable: %m");

    check_groups(caller);
    check_ids(caller, &saved);
    check_capabilities(permitted_set);
    check_no_way_back();
}

void privilege_raise(void)
{
    if (cap_set_proc(effective_set) != 0)
        die(EX_OSERR, "cannot raise CAP_NET_ADMIN: %m");
}

void privilege_drop_all(void)
{
    if (cap_set_proc(empty_set) != 0)
        die(EX_OSERR, "cannot drop CAP_NET_ADMIN: %m");
    check_capabilities(empty_set);
}
