/* SPDX-License-Identifier: MIT
 *
 * A rule world: all that can make a difference to who may use a bridge, as data: /etc/qemu, the files, directories and
 * symbolic links in it, their owners, modes and contents. It is written to the laboratory's private /etc/qemu, and can
 * be printed as a shell script that writes it again.
 */
#ifndef VMNET_DIFFERENTIAL_RULEWORLD_H
#define VMNET_DIFFERENTIAL_RULEWORLD_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define RULEWORLD_DIRECTORY_PATH "/etc/qemu"
#define RULEWORLD_MAIN_PATH      "/etc/qemu/bridge.conf"

enum {
    RULEWORLD_VMUSER = 4242,
    RULEWORLD_VMOTHER = 4243,
    RULEWORLD_VMGROUP = 4250
};

enum {
    RULEWORLD_ENTRY_MAX = 24,
    RULEWORLD_PATH_SIZE = 64,
    RULEWORLD_TEXT_SIZE = 16384
};

enum ruleworld_kind {
    RULEWORLD_FILE,
    RULEWORLD_DIRECTORY,
    RULEWORLD_LINK,
    RULEWORLD_FIFO,
};

struct ruleworld_entry {
    enum ruleworld_kind kind;
    char path[RULEWORLD_PATH_SIZE];
    uid_t uid;
    gid_t gid;
    mode_t mode;                    /* not of a link */
    char text[RULEWORLD_TEXT_SIZE]; /* of a file, may hold NUL bytes; of a link, its target */
    size_t text_len;
};

/* entries[0] is /etc/qemu itself; a directory stands before what is in it. Large: static, not on the stack. */
struct ruleworld {
    struct ruleworld_entry entries[RULEWORLD_ENTRY_MAX];
    size_t entry_count;
};

/* A world with nothing but the directory /etc/qemu, root:root 0755. */
void ruleworld_start(struct ruleworld *world);

/* Add an entry, owned by root, with the usual mode. It is the world's; one too many ends the program. */
struct ruleworld_entry *ruleworld_add(struct ruleworld *world, enum ruleworld_kind kind, const char *path);

/* Append to an entry's text. What does not fit ends the program. */
void ruleworld_append(struct ruleworld_entry *entry, const char *bytes, size_t len);
void ruleworld_append_text(struct ruleworld_entry *entry, const char *text);

/* The entry at a path without ".", ".." or doubled slashes; NULL when there is none. */
const struct ruleworld_entry *ruleworld_find(const struct ruleworld *world, const char *path);

/* Make /etc/qemu look like this; take it away again. Faults end the program. */
void ruleworld_write(const struct ruleworld *world);
void ruleworld_remove(const struct ruleworld *world);

/* Write the files of a world that has been written, again. */
void ruleworld_write_files(const struct ruleworld *world);

/* As a shell script, each line after prefix. */
void ruleworld_print(const struct ruleworld *world, const char *prefix, FILE *out);

#endif
