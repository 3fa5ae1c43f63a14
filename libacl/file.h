/* SPDX-License-Identifier: MIT */
/* Reading a rule file that only root can have written. */
#ifndef VMNETACL_FILE_H
#define VMNETACL_FILE_H

#include "vmnetacl.h"

/* What a rule file must be like to be obeyed. */
struct file_trust {
    uid_t owner;                /* of the file and of every folder on the way to it: 0 but in tests */
    bool group_writable_folder; /* is a folder that its group may write to obeyed? */
    size_t size_max;            /* bytes */
};

struct file_text {
    char *bytes; /* from malloc(), not terminated */
    size_t len;
    dev_t device;
    ino_t inode;
};

/*
 * Read the file at an absolute path, following symbolic links as long as each stands in a trusted folder, and checking
 * what was opened, not what a name says: nothing can be exchanged between the check and the use.
 *
 * OK: text is filled in, and text->bytes is the caller's to free. Else error is filled in and text is untouched:
 * error->code is FILE_MISSING when a folder or the file does not exist, FILE_DENIED when a permission is missing.
 */
enum vmnetacl_status file_read(const char *path, const struct file_trust *trust, struct file_text *text,
                               struct vmnetacl_error *error);

#endif
