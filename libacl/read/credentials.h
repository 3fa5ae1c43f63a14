/* SPDX-License-Identifier: MIT */
/*
 * Whose credentials something holds for: the rules that were read with them, when not everybody may read these, and
 * names that were looked up.
 */
#ifndef VMNETACL_CREDENTIALS_H
#define VMNETACL_CREDENTIALS_H

#include "vmnetacl.h"

struct credentials {
    uid_t uid; /* of a thread that reads: the ids by which the kernel checks permissions of files, credentials(7) */
    gid_t gid;
    gid_t *groups; /* supplementary */
    size_t groups_count;
    bool reads_all; /* a capability lets it read what its ids may not: capabilities(7) */
};

/* Note the credentials of this thread. OK; TRYAGAIN with error filled in. Then, too, call credentials_free(). */
enum vmnetacl_status credentials_capture(struct credentials *credentials, struct vmnetacl_error *error);

/* Those of a caller. False when out of memory. */
bool credentials_copy(struct credentials *credentials, const struct vmnetacl_caller *caller);

void credentials_free(struct credentials *credentials);

/* Is it the gid, or one of the supplementary groups? */
bool credentials_have_group(const struct credentials *credentials, gid_t gid);

/*
 * Does what holds for these credentials hold for the caller? True for the same uid and the same set of groups; but when
 * a capability was in effect, only for root, which owns what is obeyed and so may read it without.
 */
bool credentials_hold_for(const struct credentials *credentials, const struct vmnetacl_caller *caller);

#endif
