/* SPDX-License-Identifier: MIT */
/* The rule files in a folder that only root can have filled. */
#ifndef VMNETACL_FOLDER_H
#define VMNETACL_FOLDER_H

#include "path.h"

#include <dirent.h>
#include <sys/stat.h>

struct folder {
    const char *path; /* must outlive it */
    DIR *stream;
    struct stat stat; /* when it was opened */
    char **names;     /* of the rule files, in the order of strcmp(3) */
    size_t names_count;
    char **ignored; /* the other names, but "." and "..", in no order */
    size_t ignored_count;
};

/*
 * Open the folder at an absolute path and read the names in it. A rule file's name ends with ".rules" and does not
 * begin with a dot.
 *
 * OK: folder is the caller's to close. Else error is filled in and nothing is open: as path_open(); UNAVAIL with
 * FOLDER_KIND when it is no folder, FOLDER_OWNER or FOLDER_MODE when it is not trusted, FOLDER_LARGE with more than
 * VMNETACL_FILES_MAX rule files; TRYAGAIN for want of memory.
 */
enum vmnetacl_status folder_open(struct folder *folder, const char *path, const struct trust *trust,
                                 struct vmnetacl_error *error);

/* OK when no file came, went or was renamed since it was opened; else TRYAGAIN. */
enum vmnetacl_status folder_check_unchanged(const struct folder *folder, struct vmnetacl_error *error);

/* Close it, once. */
void folder_close(struct folder *folder);

#endif
