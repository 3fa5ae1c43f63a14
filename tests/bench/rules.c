/* SPDX-License-Identifier: MIT */
/*
 * Write the lab's /etc/qemu/bridge.conf and /etc/vmnet. Runs as root, on the lab's private overlay of /etc.
 */
#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "start.h"

#define QEMU_PATH      "/etc/qemu/bridge.conf"
#define SWITCH_PATH    "/etc/vmnet/switch.conf"
#define DIRECTORY_PATH "/etc/vmnet/rules.d"

/* What vmnet-helper reads of these files at most; a larger one would measure its refusal. */
#define QEMU_SIZE_MAX  (16L * 1024 * 1024)
#define FILES_SIZE_MAX (1024L * 1024)

/* So many rules are less than FILES_SIZE_MAX. */
#define FILE_RULES 25000
#define FILES_MAX  99

/* Close a file that was written; name is what errors call it. */
static bool file_finish(FILE *file, const char *path, long size_max)
{
    bool fits = ftell(file) <= size_max;
    bool written = !ferror(file);

    if (fclose(file) || !written || !fits || chmod(path, 0644)) {
        fprintf(stderr, "bench: %s: %s\n", path, fits ? "cannot be written" : "too large");
        return false;
    }
    return true;
}

static FILE *file_begin(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file)
        perror(path);
    return file;
}

static bool qemu_write(struct rules rules)
{
    FILE *file = file_begin(QEMU_PATH);

    if (!file)
        return false;
    for (size_t i = 0; i + 1 < rules.count; i++) {
        bool deny = rules.deny_every > 0 && i % rules.deny_every == 0;
        fprintf(file, "%s br%04zu\n", deny ? "deny" : "allow", i);
    }
    fprintf(file, "allow %s\n", START_BRIDGE);
    return file_finish(file, QEMU_PATH, QEMU_SIZE_MAX);
}

/* A rule of each kind in turn, for a bridge that does not exist. */
static void rule_print(FILE *file, size_t number)
{
    static const char *const subjects[] = {"allow user user", "allow uid ", "deny group group", "allow gid "};

    if (number % 5 < 4)
        fprintf(file, "%s%zu bridge br%04zu\n", subjects[number % 5], number, number);
    else
        fprintf(file, "allow all bridge br%04zu limit 4\n", number);
}

static bool files_write(size_t count, const char *options)
{
    for (size_t begun = 0, number = 0; begun < count; begun += FILE_RULES, number++) {
        char path[sizeof DIRECTORY_PATH + 16];
        size_t end = count - begun < FILE_RULES ? count : begun + FILE_RULES;
        snprintf(path, sizeof path, DIRECTORY_PATH "/%02zu.rules", number);
        FILE *file = number <= FILES_MAX ? file_begin(path) : NULL;
        if (!file)
            return false;
        for (size_t i = begun; i + 1 < end; i++)
            rule_print(file, i);
        if (end == count)
            fprintf(file, "allow uid %d bridge %s %s\n", START_UID, START_BRIDGE, options != NULL ? options : "");
        if (!file_finish(file, path, FILES_SIZE_MAX))
            return false;
    }
    return true;
}

static bool names_write(const char *effect)
{
    FILE *file = file_begin(DIRECTORY_PATH "/00.rules");

    if (!file)
        return false;
    fprintf(file, "%s group games bridge %s\nallow user vmuser bridge %s\n", effect, START_BRIDGE, START_BRIDGE);
    return file_finish(file, DIRECTORY_PATH "/00.rules", FILES_SIZE_MAX);
}

/* The usual sources, of which only bridge.conf is there. */
static bool vmnet_remove(void)
{
    bool ok = unlink(SWITCH_PATH) == 0 || errno == ENOENT;

    for (int number = 0; number <= FILES_MAX; number++) {
        char path[sizeof DIRECTORY_PATH + 16];
        snprintf(path, sizeof path, DIRECTORY_PATH "/%02d.rules", number);
        ok = (unlink(path) == 0 || errno == ENOENT) && ok;
    }
    ok = (rmdir(DIRECTORY_PATH) == 0 || errno == ENOENT) && ok;
    if (!ok)
        perror("bench: cannot remove the rules of before");
    return ok;
}

static bool vmnet_write(struct rules rules)
{
    FILE *file = file_begin(SWITCH_PATH);

    if (!file)
        return false;
    fprintf(file, "acl: files\n");
    if (!file_finish(file, SWITCH_PATH, FILES_SIZE_MAX) || mkdir(DIRECTORY_PATH, 0755) || chmod(DIRECTORY_PATH, 0755))
        return false;
    if (rules.kind == RULES_FILES)
        return files_write(rules.count, rules.options);
    return names_write(rules.kind == RULES_NAMES ? "allow" : "deny");
}

bool rules_write(struct rules rules)
{
    return qemu_write(rules) && vmnet_remove() && (rules.kind == RULES_QEMU || vmnet_write(rules));
}
