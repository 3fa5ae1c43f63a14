/* SPDX-License-Identifier: MIT */
/* Has the helper, as it is installed, the privilege that it needs, and may the user start it? */
#include "doctor_checks.h"
#include "memory.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HELPER VMNET_HELPER_PATH

static bool is_install_mode(const char *mode)
{
    return strcmp(VMNET_INSTALL_MODE, mode) == 0;
}

/* How it gets its privilege: what "cmake --install" does. */
static char *privilege_cure(void)
{
    if (is_install_mode("none"))
        return memory_copy("see 'Who may run it' in vmnet-helper(8); this build is installed without privilege "
                           "(VMNET_INSTALL_MODE=none)");
    if (is_install_mode("fscaps"))
        return memory_copy("as root: chmod 0755 " HELPER " && setcap cap_net_admin=ep " HELPER);
    if (is_install_mode("group"))
        return memory_copy("as root: chown root:" VMNET_INSTALL_GROUP " " HELPER " && chmod 4750 " HELPER);
    return memory_copy("as root: chmod 4755 " HELPER);
}

static char *install_cure(void)
{
    return memory_copy("as root, install vmnet-helper again: with its package, or with 'cmake --install'; do not only "
                       "change the owner or the mode, since another program may have taken its place");
}

static uint32_t read_le32(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* capabilities(7) and struct vfs_cap_data of <linux/capability.h>: permitted and effective, as setcap's "=ep". */
static bool has_file_capability(void)
{
    unsigned char data[sizeof(struct vfs_ns_cap_data)];
    ssize_t len = getxattr(HELPER, "security.capability", data, sizeof data);

    return len >= 8 && (read_le32(data) & VFS_CAP_FLAGS_EFFECTIVE) != 0 &&
           (read_le32(data + 4) & UINT32_C(1) << CAP_NET_ADMIN) != 0;
}

/* ACLs of files count only when it is this process that would start the helper. */
static bool may_execute(const struct doctor *doctor, const struct stat *status)
{
    if (doctor->account.is_self)
        return access(HELPER, X_OK) == 0;
    if (doctor->account.caller.uid == 0)
        return (status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
    if (doctor->account.caller.uid == status->st_uid)
        return (status->st_mode & S_IXUSR) != 0;
    if (account_has_group(&doctor->account, status->st_gid))
        return (status->st_mode & S_IXGRP) != 0;
    return (status->st_mode & S_IXOTH) != 0;
}

static void fail_group(struct doctor *doctor, const struct stat *status)
{
    char *who = account_describe(&doctor->account);
    char *group = doctor->names == DOCTOR_NAMES_LATE ? NULL : account_group_name(status->st_gid);
    char *shown = group != NULL ? memory_format("the group '%s'", group)
                                : memory_format("the group %u", (unsigned)status->st_gid);
    char *text = memory_format("%s may not start " HELPER ", whose mode %04o lets only root and %s", who,
                               (unsigned)(status->st_mode & 07777), shown);

    if (account_is_listed_in(&doctor->account, status->st_gid))
        doctor_fail(doctor, text, memory_format("log out and in again: the user database has %s in the group", who));
    else
        doctor_fail(doctor, text,
                    memory_format("ask the administrator to add the user to %s, see usermod(8), then log in again; "
                                  "what else the group may do is granted, too",
                                  shown));
    free(shown);
    free(group);
    free(who);
}

static void look_at_execution(struct doctor *doctor, const struct stat *status)
{
    struct statvfs file_system;

    if (statvfs(HELPER, &file_system) != 0) {
        doctor_fail(doctor, memory_format("cannot examine the file system of " HELPER ": %s", strerror(errno)), NULL);
        return;
    }
    if ((file_system.f_flag & (ST_NOSUID | ST_NOEXEC)) != 0)
        doctor_fail(doctor,
                    memory_format("the file system of " HELPER " is mounted with %s, so the kernel %s",
                                  (file_system.f_flag & ST_NOEXEC) != 0 ? "noexec" : "nosuid",
                                  (file_system.f_flag & ST_NOEXEC) != 0
                                      ? "does not start it"
                                      : "ignores set-user-ID bits and file capabilities there"),
                    memory_copy("install vmnet-helper on another file system; 'findmnt --target " HELPER
                                "' shows this one"));
    else if (!may_execute(doctor, status) && (status->st_mode & S_IXGRP) != 0 && (status->st_mode & S_IXOTH) == 0)
        fail_group(doctor, status);
    else if (!may_execute(doctor, status))
        doctor_fail(doctor,
                    memory_format("the user may not start " HELPER ", whose mode is %04o",
                                  (unsigned)(status->st_mode & 07777)),
                    privilege_cure());
}

static void look_at_privilege(struct doctor *doctor, const struct stat *status)
{
    bool is_setuid = (status->st_mode & S_ISUID) != 0;
    bool has_capability = has_file_capability();

    doctor->helper_opens_as_user = !is_setuid && has_capability;
    if (status->st_uid != 0 && doctor_is_in_namespace())
        doctor_note(doctor, memory_copy("who " HELPER " belongs to cannot be seen in this user namespace"), NULL);
    else if (status->st_uid != 0)
        doctor_fail(doctor, memory_format(HELPER " belongs to uid %u, not to root", (unsigned)status->st_uid),
                    install_cure());
    else if ((status->st_mode & S_IWOTH) != 0 || ((status->st_mode & S_IWGRP) != 0 && status->st_gid != 0))
        doctor_fail(doctor,
                    memory_format("others than root may write to " HELPER ", whose mode is %04o",
                                  (unsigned)(status->st_mode & 07777)),
                    install_cure());
    else if (!is_setuid && !has_capability)
        doctor_fail(doctor, memory_copy(HELPER " is not setuid root and has no file capability cap_net_admin=ep"),
                    privilege_cure());
    else if (is_setuid)
        doctor_ok(doctor, memory_format(HELPER " is setuid root, mode %04o", (unsigned)(status->st_mode & 07777)));
    else
        doctor_ok(doctor, memory_copy(HELPER " has the file capability cap_net_admin=ep"));
}

void doctor_check_helper(struct doctor *doctor)
{
    struct stat status;

    if (stat(HELPER, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        doctor_fail(doctor, memory_copy("there is no " HELPER),
                    memory_copy("as root, install vmnet-helper: with its package, or with 'cmake --install'"));
    } else if (stat(HELPER, &status) != 0) {
        doctor_fail(doctor, memory_format("cannot examine " HELPER ": %s", strerror(errno)),
                    memory_copy("'namei -l " HELPER "' shows which directory does not let the user in"));
    } else if (!S_ISREG(status.st_mode)) {
        doctor_fail(doctor, memory_copy(HELPER " is not a file"), install_cure());
    } else {
        look_at_privilege(doctor, &status);
        look_at_execution(doctor, &status);
    }
}
