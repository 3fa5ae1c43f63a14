/* SPDX-License-Identifier: MIT */
/* Which helper do QEMU and libvirt start? */
#include "doctor_checks.h"
#include "memory.h"
#include "stock_helper.h"
#include "text.h"

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
        doctor_ok(doctor, memory_format("%s is vmnet-helper, so QEMU starts it without helper=", stock.path));
        return;
    }
    if (stock.is_setuid)
        doctor_note(doctor, stock_helper_warning(&stock),
                    memory_copy("if those rules must hold for everybody, ask the administrator to remove it"));
    doctor_note(doctor,
                stock.path != NULL ? memory_format("without helper=, QEMU starts %s", stock.path)
                                   : memory_copy("QEMU must be told to start vmnet-helper"),
                memory_format("qemu-system-x86_64 -nic bridge,br=%s,helper=" HELPER, doctor_word(doctor->bridge)));
}

/* bridge_helper = "PATH", as libvirt's virconf.c reads it. Returns PATH, to be freed, or NULL. */
static char *read_setting(const char *line, size_t len)
{
    static const char key[] = "bridge_helper";
    const char *end = line + len;
    const char *close;

    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if ((size_t)(end - line) < sizeof key - 1 || memcmp(line, key, sizeof key - 1) != 0)
        return NULL;
    line += sizeof key - 1;
    while (line < end && (*line == ' ' || *line == '\t' || *line == '='))
        line++;
    if (line == end || (*line != '"' && *line != '\''))
        return NULL;
    close = memchr(line + 1, *line, (size_t)(end - line - 1));
    return close == NULL ? NULL : memory_format("%.*s", (int)(close - line - 1), line + 1);
}

/* The bridge_helper of a file, to be freed; NULL when there is none. has_file: it can be read. */
static char *find_setting(const char *path, bool *has_file)
{
    struct text_line line = {.number = 1};
    struct text text;
    struct stat status;
    char *found = NULL;

    *has_file =
        stat(path, &status) == 0 && S_ISREG(status.st_mode) && text_read(&text, path) == 0; /* a pipe may block */
    if (!*has_file)
        return NULL;
    for (; text_measure(&text, &line); text_next(&line)) {
        char *value = read_setting(text.bytes + line.offset, line.len);
        if (value == NULL)
            continue;
        free(found);
        found = value;
    }
    text_free(&text);
    return found;
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

static void report_libvirt(struct doctor *doctor, const char *path)
{
    bool has_file;
    bool has_system_file;
    char *helper = find_setting(path, &has_file);
    char *system_helper = find_setting("/etc/libvirt/qemu.conf", &has_system_file);
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
    free(helper);
}

void doctor_check_helper_path(struct doctor *doctor)
{
    char *path = user_file(doctor);

    report_qemu(doctor);
    if (path != NULL)
        report_libvirt(doctor, path);
    free(path);
}
