/* SPDX-License-Identifier: MIT */
/* Whose credentials read the rules. For files that not everybody may read, another caller sees other rules. */
#ifndef VMNETACL_READER_H
#define VMNETACL_READER_H

#include "vmnetacl.h"

struct reader {
    uid_t uid; /* the ids by which the kernel checks permissions of files: credentials(7), "filesystem" */
    gid_t gid;
    gid_t *groups; /* supplementary, ascending: as the kernel gives them */
    size_t groups_count;
};

/* Note the credentials of this thread. OK; TRYAGAIN with error filled in. Then, too, call reader_free(). */
enum vmnetacl_status reader_capture(struct reader *reader, struct vmnetacl_error *error);

void reader_free(struct reader *reader);

/* May the caller read exactly the files that this reader may? True for the same uid and the same set of groups. */
bool reader_is_caller(const struct reader *reader, const struct vmnetacl_caller *caller);

#endif
