/* SPDX-License-Identifier: MIT */
/* Which helper do QEMU and libvirt start? */
#include "doctor_checks.h"
#include "libvirt_conf.h"
#include "memory.h"
#include "stock_helper.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELPER VMNET_HELPER_PATH

static void report_qemu(struct doctor *doctor)
{
    struct stock_helper stock;

    stock_helper_find(&stock);
    if (stock.is_ours) {
        doctor_ok(doctor, memory_format("%s starts vmnet-helper, so QEMU needs no helper=", stock.path));
        return;
    }
    doctor_note(doctor,
                stock.path != NULL ? memory_format("without helper=, QEMU starts %s", stock.path)
                                   : memory_copy("QEMU must be told to start vmnet-helper"),
                memory_format("qemu-system-x86_64 -nic bridge,br=%s,helper=" HELPER, doctor_word(doctor->bridge)));
}

/* The user's qemu.conf, to be freed; NULL when the user has no home. As g_get_user_config_dir() finds it. */
static char *user_file(const struct doctor *doctor)
{
    const char *directory = doctor->is_other ? NULL : getenv("XDG_CONFIG_HOME");
    const char *home = doctor->is_other ? NULL : getenv("HOME");
    const struct passwd *entry;

    if (directory != NULL && directory[0] == '/')
        return memory_format("%s/libvirt/qemu.conf", directory);
    if (home == NULL && doctor->names == DOCTOR_NAMES_FOUND) {
        entry = getpwuid(doctor->account.caller.uid);
        home = entry != NULL ? entry->pw_dir : NULL;
    }
    return home == NULL ? NULL : memory_format("%s/.config/libvirt/qemu.conf", home);
}

static char *libvirt_cure(const char *path)
{
    return memory_format("in %s: bridge_helper = \"" HELPER "\"", path);
}

/* helper: what the file says, NULL for nothing. has_file: it can be read. */
static void report_libvirt(struct doctor *doctor, const char *path, const char *helper, bool has_file)
{
    bool has_system_file;
    char *system_helper = libvirt_conf_bridge_helper(LIBVIRT_CONF_OF_SYSTEM, &has_system_file);
    struct stat status;

    if (helper != NULL && stat(helper, &status) != 0)
        doctor_fail(doctor, memory_format("%s names the bridge_helper '%s', which is not there", path, helper),
                    libvirt_cure(path));
    else if (helper != NULL && stock_helper_is_ours(helper, &status))
        doctor_ok(doctor, memory_format("libvirt of this user starts vmnet-helper, by %s", path));
    else if (helper != NULL)
        doctor_note(doctor, memory_format("libvirt of this user starts another helper, '%s', by %s", helper, path),
                    libvirt_cure(path));
    else if (system_helper != NULL)
        doctor_note(doctor,
                    memory_format("/etc/libvirt/qemu.conf has a bridge_helper, but libvirt in session mode reads %s",
                                  path),
                    libvirt_cure(path));
    else if (has_file || access("/etc/libvirt", F_OK) == 0)
        doctor_note(doctor, memory_copy("libvirt in session mode does not start vmnet-helper unless it is told to"),
                    libvirt_cure(path));
    free(system_helper);
}

void doctor_check_helper_path(struct doctor *doctor)
{
    bool has_file = false;
    char *path = user_file(doctor);
    char *helper = path == NULL ? NULL : libvirt_conf_bridge_helper(path, &has_file);

    report_qemu(doctor);
    if (path != NULL)
        report_libvirt(doctor, path, helper, has_file);
    doctor_report_others(doctor, helper);
    free(helper);
    free(path);
}
