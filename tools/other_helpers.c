/* SPDX-License-Identifier: MIT */
#include "other_helpers.h"

#include "dpkg.h"
#include "file_privilege.h"
#include "libvirt_conf.h"
#include "memory.h"
#include "stock_helper.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define NAME "qemu-bridge-helper"

/* Each also under the name that dpkg-divert(1) gives it unless it is told another. */
static const struct place {
    const char *directory;
    const char *bridge_conf;
} places[] = {
    {"/usr/lib/qemu", VMNET_QEMU_CONF}, /* Debian, Arch, Alpine */
    {"/usr/libexec", VMNET_QEMU_CONF},  /* Fedora, RHEL, Gentoo, Void, openSUSE */
    {"/usr/lib", VMNET_QEMU_CONF},      /* openSUSE until 2021 */
    {"/usr/local/libexec", "/usr/local/etc/qemu/bridge.conf"},
    {"/run/wrappers/bin", VMNET_QEMU_CONF},    /* NixOS */
    {"/run/privileged/bin", VMNET_QEMU_CONF},  /* Guix */
    {"/run/setuid-programs", VMNET_QEMU_CONF}, /* Guix before 2024 */
    {"/usr/lib/xen/bin", NULL},                /* Xen's QEMU has a configuration of its own */
    {"/usr/lib/xen/libexec", NULL},
    {"/usr/libexec/xen/bin", NULL},
};

static bool is_script(const char *path)
{
    struct text text;
    bool is_found;

    if (text_read(&text, path) != 0)
        return false; /* one that only some may read is none */
    is_found = text.len >= 2 && memcmp(text.bytes, "#!", 2) == 0;
    text_free(&text);
    return is_found;
}

static bool is_known(const struct other_helpers *others, const struct stat *status)
{
    for (size_t i = 0; i < others->count; i++)
        if (others->items[i].status.st_dev == status->st_dev && others->items[i].status.st_ino == status->st_ino)
            return true;
    return false;
}

/* Does root's file give privilege to other users? */
static bool has_privilege(struct other_helper *other)
{
    struct statvfs file_system;

    other->is_setuid = other->status.st_uid == 0 && (other->status.st_mode & S_ISUID) != 0;
    return S_ISREG(other->status.st_mode) && (other->status.st_mode & (S_IXGRP | S_IXOTH)) != 0 &&
           (other->is_setuid || file_has_capability(other->path)) &&
           (statvfs(other->path, &file_system) != 0 || (file_system.f_flag & (ST_NOSUID | ST_NOEXEC)) == 0);
}

static void add(struct other_helpers *others, const char *path, const char *bridge_conf)
{
    struct other_helper other = {.path = memory_copy(path), .bridge_conf = bridge_conf};

    if (stat(path, &other.status) != 0 || !has_privilege(&other) || is_known(others, &other.status) ||
        is_script(path) || stock_helper_is_ours(path, &other.status)) {
        free(other.path);
        return;
    }
    others->items = memory_grow(others->items, others->count, sizeof *others->items);
    others->items[others->count++] = other;
}

static void add_diverted(const char *path, void *data)
{
    add(data, path, VMNET_QEMU_CONF);
}

void other_helpers_add(struct other_helpers *others, const char *path)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');

    if (slash != NULL)
        add(others, path, strcmp(slash + 1, NAME) == 0 ? VMNET_QEMU_CONF : NULL);
}

void other_helpers_find(struct other_helpers *others)
{
    bool has_file;
    char *of_libvirt;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char *path = memory_format("%s/" NAME, places[i].directory);
        char *diverted = memory_format("%s.distrib", path);
        add(others, path, places[i].bridge_conf);
        add(others, diverted, places[i].bridge_conf);
        free(diverted);
        free(path);
    }
    dpkg_visit_diverted(NAME, add_diverted, others);
    of_libvirt = libvirt_conf_bridge_helper(LIBVIRT_CONF_OF_SYSTEM, &has_file);
    other_helpers_add(others, of_libvirt);
    free(of_libvirt);
}

/* A path that needs no quoting in a shell. */
static bool is_plain(const char *path)
{
    return path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-")] == '\0';
}

/*
 * Is the path free of symbolic links, and are all its directories root's? Otherwise the user, whose own qemu.conf may
 * name it, can still choose what root's command changes when root runs it.
 */
static bool is_fixed(const char *path)
{
    char *directory = realpath(path, NULL);
    bool is_safe = directory != NULL && strcmp(directory, path) == 0;
    char *slash;

    while (is_safe && (slash = strrchr(directory, '/')) != NULL) {
        struct stat status;
        *slash = '\0';
        is_safe = stat(slash == directory ? "/" : directory, &status) == 0 && status.st_uid == 0 &&
                  (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    }
    free(directory);
    return is_safe;
}

/* By its name; qemu.conf may name any program. */
static bool is_bridge_helper(const char *path)
{
    return strncmp(strrchr(path, '/') + 1, NAME, sizeof NAME - 1) == 0;
}

/* An upgrade undoes a chmod, unless dpkg-statoverride(1) says the same. */
static char *dpkg_cure(const char *path)
{
    char *packaged_path = dpkg_packaged_path(path);
    char *override = dpkg_override(packaged_path);
    char *cure;

    if (override != NULL)
        cure = memory_format("as root: dpkg-statoverride --remove %s && chmod u-s %s", packaged_path, path);
    else if (strcmp(packaged_path, path) == 0)
        cure = memory_format("as root: dpkg-statoverride --update --add root root 0755 %s", path);
    else /* --update would change the file that is at this path now */
        cure = memory_format("as root: dpkg-statoverride --add root root 0755 %s && chmod u-s %s", packaged_path, path);
    free(override);
    free(packaged_path);
    return cure;
}

char *other_helper_cure(const struct other_helper *other)
{
    const char *path = other->path;

    if (strncmp(path, "/run/", 5) == 0 || strncmp(path, "/nix/store/", 11) == 0 ||
        strncmp(path, "/gnu/store/", 11) == 0)
        return memory_copy("remove it from the configuration of the system, which makes its wrapper (NixOS: "
                           "security.wrappers; Guix: privileged-programs)");
    if (!is_plain(path) || !is_fixed(path) || !is_bridge_helper(path))
        return memory_copy("as root, remove its privilege, if it is a helper and not a link to another program");
    if (!other->is_setuid)
        return memory_format("as root: setcap -r %s; an update of its package may set the capability again", path);
    if (dpkg_has_file(path))
        return dpkg_cure(path);
    if (access("/etc/permissions.local", F_OK) == 0)
        return memory_format(
            "as root: chmod u-s %s; to keep it so, add to /etc/permissions.local the line: %s root:root 0755", path,
            path);
    return memory_format("as root: chmod u-s %s; an update of its package may set the bit again", path);
}

void other_helpers_free(struct other_helpers *others)
{
    for (size_t i = 0; i < others->count; i++)
        free(others->items[i].path);
    free(others->items);
    *others = (struct other_helpers){.items = NULL};
}
