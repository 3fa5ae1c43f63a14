/* SPDX-License-Identifier: MIT */
#include "helper_cure.h"

#include "account.h"
#include "dpkg.h"
#include "memory.h"
#include "shell_word.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HELPER VMNET_HELPER_PATH

#define WRAPPER_CURE                                                                                                   \
    "have the configuration of the system make the wrapper " HELPER " (NixOS: security.wrappers; Guix: "               \
    "privileged-programs)"

static bool is_install_mode(const char *mode)
{
    return strcmp(VMNET_INSTALL_MODE, mode) == 0;
}

bool helper_is_wrapper(void)
{
    return strcmp(HELPER, VMNET_HELPER_INSTALLED) != 0;
}

/* The stores of Nix and Guix: no file there is privileged, and none may be changed. */
static bool is_in_store(void)
{
    char *path = realpath(HELPER, NULL);
    bool is_found = path != NULL && (strncmp(path, "/nix/store/", 11) == 0 || strncmp(path, "/gnu/store/", 11) == 0);

    free(path);
    return is_found;
}

static unsigned long mount_flags(void)
{
    struct statvfs file_system;

    return statvfs(HELPER, &file_system) == 0 ? file_system.f_flag : 0;
}

/* What to do instead of changing the file; NULL: the file can be changed. */
static char *other_cure(void)
{
    if (helper_is_wrapper())
        return memory_copy(WRAPPER_CURE);
    if (is_in_store())
        return memory_copy("have the configuration of the system make a wrapper for it (NixOS: security.wrappers; "
                           "Guix: privileged-programs): nothing in the store can have privilege");
    if ((mount_flags() & ST_NOSUID) != 0)
        return helper_cure_mount();
    if ((mount_flags() & ST_RDONLY) != 0)
        return memory_copy("its file system is read-only: install vmnet-helper with its privilege in the image that "
                           "the system is made from");
    return NULL;
}

/* A word for dpkg-statoverride(1), quoted for the shell, in which # begins a comment. */
static char *group_word(gid_t gid, bool with_names)
{
    char *name = with_names ? account_group_name(gid) : NULL;
    char *word = name != NULL && strcmp(shell_word(name, ""), name) == 0 ? memory_copy(name)
                                                                         : memory_format("'#%u'", (unsigned)gid);

    free(name);
    return word;
}

/*
 * before: what comes first, "" or a command and " && ". command: sets the mode by hand; after it, the file has group and
 * mode. If the file is dpkg's, dpkg-statoverride(1) sets them instead: an upgrade would undo a chmod. Takes ownership of
 * group.
 */
static char *change_mode(const char *before, const char *command, char *group, unsigned mode)
{
    char *override = dpkg_override(HELPER);
    char *cure;

    if (override != NULL || dpkg_package_has("vmnet-helper", HELPER))
        cure = memory_format("as root: %s%sdpkg-statoverride --update --add root %s %04o " HELPER, before,
                             override != NULL ? "dpkg-statoverride --remove " HELPER " && " : "", group, mode);
    else
        cure = memory_format("as root: %s%s", before, command);
    free(override);
    free(group);
    return cure;
}

static char *set_setuid(const char *before, const struct stat *status, bool with_names)
{
    return change_mode(before, "chmod u+s " HELPER, group_word(status->st_gid, with_names),
                       (unsigned)(status->st_mode & 07777) | S_ISUID);
}

/* The mode is the last word. */
static bool is_setuid_override(const char *override)
{
    const char *mode = strrchr(override, ' ');
    size_t mode_len = mode == NULL ? 0 : strlen(mode + 1);

    return mode_len >= 4 && mode[1 + mode_len - 4] >= '4';
}

/* Sets what the override says. Its words are in the command only if they need no quoting. */
static char *override_again(const char *override)
{
    if (override[strspn(override, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._- ")] != '\0')
        return memory_copy("as root, set the owner and the mode that 'dpkg-statoverride --list " HELPER "' shows");
    return memory_format("as root: dpkg-statoverride --remove " HELPER
                         " && dpkg-statoverride --update --add %s " HELPER,
                         override);
}

char *helper_cure_privilege(const struct stat *status, bool with_names)
{
    char *cure = other_cure();
    char *override;

    if (cure != NULL || is_install_mode("none"))
        return cure;
    override = dpkg_override(HELPER);
    if (override != NULL && is_setuid_override(override))
        cure = override_again(override);
    else if (override == NULL && is_install_mode("fscaps"))
        cure = memory_copy("as root: setcap cap_net_admin=ep " HELPER);
    else if (override == NULL)
        cure = set_setuid("", status, with_names);
    free(override);
    return cure;
}

char *helper_cure_execution(void)
{
    char *cure = other_cure();

    if (cure != NULL)
        return cure;
    if (is_install_mode("none"))
        return change_mode("", "chmod 0755 " HELPER, memory_copy("root"), 0755);
    if (is_install_mode("fscaps"))
        return memory_copy("as root: chmod 0755 " HELPER " && setcap cap_net_admin=ep " HELPER);
    if (is_install_mode("group"))
        return change_mode("", "chown root:" VMNET_INSTALL_GROUP " " HELPER " && chmod 4750 " HELPER,
                           memory_copy(VMNET_INSTALL_GROUP), 04750);
    return change_mode("", "chmod 4755 " HELPER, memory_copy("root"), 04755);
}

/* The capability goes first: a change of the owner removes it, and setcap -r fails without one. */
char *helper_cure_capability(const struct stat *status, bool with_names)
{
    char *cure = other_cure();

    return cure != NULL ? cure : set_setuid("setcap -r " HELPER " && ", status, with_names);
}

char *helper_cure_install(void)
{
    return memory_copy(helper_is_wrapper()
                           ? WRAPPER_CURE
                           : "as root, install vmnet-helper: with its package, or with 'cmake --install'");
}

char *helper_cure_install_again(void)
{
    return memory_copy(helper_is_wrapper()
                           ? WRAPPER_CURE
                           : "as root, install vmnet-helper again: with its package, or with 'cmake --install'; do not "
                             "only change the owner or the mode, since another program may have taken its place");
}

char *helper_cure_mount(void)
{
    return memory_copy("install vmnet-helper on another file system; 'findmnt --target " HELPER "' shows this one");
}
