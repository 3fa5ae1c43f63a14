/* SPDX-License-Identifier: MIT */
/* Reading a rule file that only root can have written. */
#ifndef VMNETACL_FILE_H
#define VMNETACL_FILE_H

#include "vmnetacl.h"

#include <sys/stat.h>

/* What a rule file must be like to be obeyed. */
struct file_trust {
    uid_t owner;                /* of the file and of every folder on the way to it: 0 but in tests */
    bool group_writable_folder; /* is a folder that its group may write to obeyed? */
    size_t size_max;            /* bytes */
};

/*
 * A file that is being read, as many whole lines at a time as fit into a block: what is in memory is not the file but
 * what it says.
 */
struct file {
    const char *path; /* must outlive it */
    int fd;
    struct stat stat; /* when it was opened */
    char *block;
    size_t block_size;
    size_t filled;    /* bytes in block */
    size_t lines_len; /* of them in whole lines, from the start of block; the last line of a file needs no newline */
    size_t total;     /* bytes read so far */
};

/*
 * Open the file at an absolute path, following symbolic links as long as each stands in a trusted folder, and checking
 * what was opened, not what a name says: a file that is read is the one that was checked.
 *
 * OK: file is open, and the caller's to close. Else error is filled in and nothing is open: error->code is FILE_MISSING
 * when a folder or the file does not exist, FILE_DANGLING when a symbolic link leads to nothing, FILE_DENIED when a
 * permission is missing.
 */
enum vmnetacl_status file_open(struct file *file, const char *path, const struct file_trust *trust,
                               struct vmnetacl_error *error);

/*
 * Read the next lines into file->block; file->lines_len is 0 when there are none left. A line that is longer than a
 * block comes in pieces. OK; TRYAGAIN when the file changed since it was opened; UNAVAIL, TRYAGAIN when reading fails.
 */
enum vmnetacl_status file_read(struct file *file, struct vmnetacl_error *error);

/* Close it, once. */
void file_close(struct file *file);

#endif
