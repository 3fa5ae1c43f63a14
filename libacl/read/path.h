/* SPDX-License-Identifier: MIT */
/* The way to a file or a directory, through directories that only root can have filled. */
#ifndef VMNETACL_PATH_H
#define VMNETACL_PATH_H

#include "vmnetacl.h"

#include <sys/stat.h>

/* What a file, a directory and those on the way to it must be like to be obeyed. */
struct trust {
    const char *root;          /* the directory that is used as "/"; NULL: "/" */
    uid_t owner;               /* of all of them: 0 but in tests and in trees that are not installed yet */
    size_t size_max;           /* bytes in a file */
    bool group_may_write_file; /* is a file obeyed to which its group may write? */
    bool group_may_write_directory;
};

/* For messages. */
static inline const char *trust_owner_name(const struct trust *trust)
{
    return trust->owner == 0 ? "root" : "the user who must own the rules";
}

/* What a path was resolved to. */
struct resolved_path {
    int fd;                   /* the caller's to close */
    struct stat stat;         /* of the object that fd is open on */
    bool everybody_may_enter; /* all directories on the way let others pass */
    bool group_may_write;     /* to one of the directories on the way, and replace what is in it */
    bool others_may_add;      /* to the directory that the object is in, which is sticky */
};

/*
 * Open what is at an absolute path with open(2)'s flags, following symbolic links as long as each is in a trusted
 * directory, and checking the directories that were opened, not what a name says.
 *
 * OK: found is filled in. Else error is filled in and nothing is open: error->code is FILE_MISSING when a directory or
 * the object does not exist, FILE_DANGLING when the target of a symbolic link does not, FILE_DENIED when its
 * owner has not given a permission, and FILE_FORBIDDEN when he has, but a security module forbids it: the caller may
 * have chosen the profile or label that this process has.
 */
enum vmnetacl_status path_open(const char *path, const struct trust *trust, int flags, struct resolved_path *found,
                               struct vmnetacl_error *error);

/*
 * Does the mode let everybody do this: S_IROTH, S_IXOTH, or both? The kernel looks at the bits of one class: who is
 * in the group of a file of mode 0604 may not read it.
 */
static inline bool mode_lets_all(mode_t mode, mode_t others)
{
    mode_t all = others | others << 3 | others << 6;

    return (mode & all) == all;
}

/* The error of what is not a regular file. Always UNAVAIL. */
enum vmnetacl_status path_refuse_kind(const char *path, struct vmnetacl_error *error);

/* After path_open() returned status: does every other user come to the same object, or to the same absence of one? */
static inline bool path_is_public(const struct resolved_path *found, enum vmnetacl_status status,
                                  const struct vmnetacl_error *error)
{
    return found->everybody_may_enter && (status == VMNETACL_OK || error->code == VMNETACL_CODE_FILE_MISSING ||
                                          error->code == VMNETACL_CODE_FILE_DANGLING);
}

/*
 * May a directory with this status be obeyed? OK, or UNAVAIL with error filled in; path is what error names. The sticky
 * bit in mode keeps a group that may write to it from replacing what is in it, but not from adding to it: without the
 * bit in mode, that is refused, too.
 */
enum vmnetacl_status path_trust_directory(const char *path, const char *directory, const struct trust *trust,
                                          uid_t owner, mode_t mode, struct vmnetacl_error *error);

#endif
