/* SPDX-License-Identifier: MIT */
/* Reading a rule file that only root can have written. */
#ifndef VMNETACL_FILE_H
#define VMNETACL_FILE_H

#include "path.h"

#include <assert.h>
#include <sys/stat.h>

static_assert(sizeof(off_t) == 8 && sizeof(ino_t) == 8, "compile with -D_FILE_OFFSET_BITS=64, as cmake/types.cmake");

/*
 * A file that is being read, as many whole lines at a time as fit into a block: what is in memory is not the file but
 * what it says. One that is in a buffer of the caller's is a single block.
 */
struct file {
    const char *path; /* must outlive it */
    int fd;           /* -1: in a buffer */
    struct stat stat; /* when it was opened; st_dev and st_ino tell files apart that are open */
    bool everybody_may_read;
    bool group_may_write; /* to it, or to a directory on the way to it */
    char *block;
    size_t block_size;
    size_t filled;    /* bytes in block */
    size_t lines_len; /* of them in whole lines, from the start of block; the last line of a file needs no newline */
    size_t total;     /* bytes read so far */
};

/*
 * Open the file at an absolute path, checking what was opened, not what a name says: a file that is read is the one
 * that was checked; see path_open(), also for the errors.
 *
 * OK: file is open, and the caller's to close. Else error is filled in and nothing is open; of file, only
 * everybody_may_read has a value: whether every other user gets the same error.
 */
enum vmnetacl_status file_open(struct file *file, const char *path, const struct trust *trust,
                               struct vmnetacl_error *error);

/* The same for a file in memory, which must outlive it; there is nothing to check, and nothing to fail. */
void file_open_buffer(struct file *file, const struct vmnetacl_buffer *buffer, size_t index);

/* The error of a file that is larger than it may be. Always UNAVAIL. */
enum vmnetacl_status file_refuse_large(const char *path, struct vmnetacl_error *error);

/*
 * Read the next lines into file->block; file->lines_len is 0 when there are none left. A line that is longer than a
 * block comes in pieces. OK; TRYAGAIN when the file changed since it was opened; UNAVAIL, TRYAGAIN when reading fails.
 */
enum vmnetacl_status file_read(struct file *file, struct vmnetacl_error *error);

/* Close it, once. */
void file_close(struct file *file);

#endif
