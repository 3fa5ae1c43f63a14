/* SPDX-License-Identifier: MIT */
/* A bridge.conf and the files that it includes, read and known to be valid, and who may read each. */
#pragma once

#include "readers.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The most files that are included, and the most bytes that they have together. */
#define BRIDGE_CONF_FILES_MAX 1024
#define BRIDGE_CONF_BYTES_MAX (16 * 1024 * 1024)

/* The exit status of a program that finds an error in one. */
#define BRIDGE_CONF_ERROR 2

struct bridge_conf {
    char *path;
    int error; /* ENOENT, EACCES: an include that was skipped; then it has no text */
    struct text text;
    struct vmnetacl_policy *policy; /* its rules, without those that it includes */
    struct readers readers;         /* may read it, and the file that includes it */
    struct bridge_conf *includes;   /* one for each line that includes a file, in their order */
    size_t includes_count;
    const struct bridge_conf *from; /* while it is read: the file that includes it; NULL: none */
    unsigned depth;                 /* how many there are on the way to it */
    dev_t device;
    ino_t inode;
};

/* Is this a line that includes a file? Then path is its name, which is not terminated. */
bool bridge_conf_includes(const char *line, size_t line_len, const char **path, size_t *path_len);

/*
 * Read the file and what it includes. text was read from path, and belongs to conf from now on. Ends the program when
 * one of the files has an error, since the line may be meant as a deny.
 */
void bridge_conf_read(struct bridge_conf *conf, struct text *text, const char *path);

void bridge_conf_free(struct bridge_conf *conf);
