/* SPDX-License-Identifier: MIT */
/* Does systemd-networkd configure the taps of guests? See systemd.network(5). */
#include "doctor_checks.h"
#include "memory.h"
#include "text.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By priority: a file replaces those of the same name in later directories. */
static const char *const directories[] = {
    "/etc/systemd/network",
    "/run/systemd/network",
    "/usr/local/lib/systemd/network",
    "/usr/lib/systemd/network",
};

/* The name of the tap that is asked about. */
#define TAP "tap0"

/* The conditions of [Match] that are known, and what a tap has for each of them. */
static const struct condition {
    const char *key;
    const char *value;
} conditions[] = {{"Name", TAP}, {"Type", "ether"}, {"Kind", "tun"}, {"Driver", "tun"}};

#define CONDITIONS_COUNT (sizeof conditions / sizeof conditions[0])

/* What a .network file says about taps. */
struct network_file {
    bool in_match;
    bool has[CONDITIONS_COUNT];
    bool matches[CONDITIONS_COUNT];
    bool has_other; /* another condition, which may not hold */
    bool is_unmanaged;
};

/* Patterns with blanks between them; one '!' before them all inverts. */
static bool patterns_match(char *patterns, const char *value)
{
    bool is_inverted = patterns[0] == '!';
    bool is_match = false;
    char *rest = patterns + is_inverted;
    const char *pattern;

    while ((pattern = strtok_r(rest, " \t", &rest)) != NULL)
        is_match = is_match || fnmatch(pattern, value, 0) == 0;
    return is_match != is_inverted;
}

static void file_take_condition(struct network_file *file, const char *key, char *value)
{
    for (size_t i = 0; i < CONDITIONS_COUNT; i++)
        if (strcmp(conditions[i].key, key) == 0) {
            file->has[i] = true;
            file->matches[i] = patterns_match(value, conditions[i].value) || file->matches[i];
            return;
        }
    file->has_other = true;
}

static void file_take_line(struct network_file *file, char *line)
{
    char *value = strchr(line, '=');
    char *key = line + strspn(line, " \t");

    if (key[0] == '[')
        file->in_match = strncmp(key, "[Match]", 7) == 0;
    if (value == NULL || key[0] == '[' || key[0] == '#' || key[0] == ';')
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    key[strcspn(key, " \t")] = '\0';
    if (file->in_match)
        file_take_condition(file, key, value);
    else if (strcmp(key, "Unmanaged") == 0)
        file->is_unmanaged = strspn(value, "yt1") > 0 || strncmp(value, "on", 2) == 0;
}

/* Without a condition, it is about nothing. */
static bool is_about_taps(const struct network_file *file)
{
    bool has_one = false;

    for (size_t i = 0; i < CONDITIONS_COUNT; i++) {
        if (file->has[i] && !file->matches[i])
            return false;
        has_one = has_one || file->has[i];
    }
    return has_one && !file->has_other;
}

static void file_read(struct network_file *file, const char *path)
{
    struct text_line line = {.number = 1};
    struct text text;

    *file = (struct network_file){.in_match = false};
    if (text_read(&text, path) != 0)
        return; /* masked by /dev/null, it is empty */
    for (; text_measure(&text, &line); text_next(&line)) {
        char *copy = memory_format("%.*s", (int)line.len, text.bytes + line.offset);
        file_take_line(file, copy);
        free(copy);
    }
    text_free(&text);
}

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(base_name(*(char *const *)left), base_name(*(char *const *)right));
}

static bool is_replaced(const glob_t *files, size_t index)
{
    for (size_t i = 0; i < files->gl_pathc; i++) {
        const char *one = files->gl_pathv[i];
        const char *other = files->gl_pathv[index];
        if (i == index || compare_names(&files->gl_pathv[i], &files->gl_pathv[index]) != 0)
            continue;
        for (size_t j = 0; j < sizeof directories / sizeof directories[0]; j++) {
            size_t len = strlen(directories[j]);
            if (strncmp(other, directories[j], len) == 0 && other[len] == '/')
                break;
            if (strncmp(one, directories[j], len) == 0 && one[len] == '/')
                return true;
        }
    }
    return false;
}

/* The first file that is about taps decides. */
static void report_files(struct doctor *doctor, const glob_t *files)
{
    for (size_t i = 0; i < files->gl_pathc; i++) {
        struct network_file file;
        if (is_replaced(files, i))
            continue;
        file_read(&file, files->gl_pathv[i]);
        if (!is_about_taps(&file))
            continue;
        if (file.is_unmanaged)
            doctor_ok(doctor, memory_format("it runs, and leaves taps alone, by %s", files->gl_pathv[i]));
        else
            doctor_note(doctor,
                        memory_format("it runs, and configures the taps of guests: [Match] in %s matches " TAP,
                                      files->gl_pathv[i]),
                        memory_copy(
                            "as root, write to /etc/systemd/network/00-vmnet-tap.network the four lines [Match], "
                            "Name=tap*, [Link] and Unmanaged=yes; then: networkctl reload"));
        return;
    }
    doctor_ok(doctor, memory_copy("it runs, and no file matches the taps of guests"));
}

void doctor_check_networkd(struct doctor *doctor)
{
    glob_t files = {.gl_pathc = 0};

    /* systemd-tmpfiles makes the directory, and systemd-networkd the file */
    if (access("/run/systemd/netif/state", F_OK) != 0) {
        doctor_ok(doctor, memory_copy("it does not run"));
        return;
    }
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        char *pattern = memory_format("%s/*.network", directories[i]);
        (void)glob(pattern, i == 0 ? 0 : GLOB_APPEND, NULL, &files); /* if it fails, there is none to be read */
        free(pattern);
    }
    if (files.gl_pathc > 0)
        qsort(files.gl_pathv, files.gl_pathc, sizeof *files.gl_pathv, compare_names);
    report_files(doctor, &files);
    globfree(&files);
}
