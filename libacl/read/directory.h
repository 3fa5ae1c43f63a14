/* SPDX-License-Identifier: MIT */
/* The rule files in a directory that only root can have filled. */
#ifndef VMNETACL_DIRECTORY_H
#define VMNETACL_DIRECTORY_H

#include "path.h"

#include <dirent.h>
#include <sys/stat.h>

struct directory_names {
    char **list;
    size_t count;
    size_t capacity;
};

struct directory {
    const char *path; /* must outlive it */
    DIR *stream;
    bool everybody_may_read;        /* set on failure, too: whether every other user gets the same error */
    struct stat stat;               /* when it was opened */
    struct directory_names names;   /* of the rule files, in the order of strcmp(3) */
    struct directory_names ignored; /* the other names, but "." and "..", in no order */
};

/*
 * Open the directory at an absolute path and read the names in it. A rule file's name ends with ".rules" and does not
 * begin with a dot.
 *
 * OK: directory is the caller's to close. Else error is filled in and nothing is open: as path_open(); UNAVAIL with
 * DIRECTORY_KIND when it is no directory, DIRECTORY_OWNER or DIRECTORY_MODE when it is not trusted, DIRECTORY_LARGE
 * with more than VMNETACL_FILES_MAX rule files; TRYAGAIN when out of memory.
 */
enum vmnetacl_status directory_open(struct directory *directory, const char *path, const struct trust *trust,
                                    struct vmnetacl_error *error);

/* OK when no file came, went or was renamed since it was opened; else TRYAGAIN. */
enum vmnetacl_status directory_check_unchanged(const struct directory *directory, struct vmnetacl_error *error);

/* Close it, once. */
void directory_close(struct directory *directory);

#endif
