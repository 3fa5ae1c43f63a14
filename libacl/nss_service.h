/* SPDX-License-Identifier: MIT */
/*
 * One service of the name service, asked by itself: nss(5), and "NSS Module Function Internals" in the manual of glibc.
 *
 * getpwnam_r(3) and its like go from one service to the next, and do not tell that one of them could not be asked, or is
 * not there; getgrouplist(3) never tells. So each service's own functions are called, and what they say is told apart:
 * somebody, nobody, or no answer. Only "files" is part of the C library, and is asked through it.
 */
#ifndef VMNETACL_NSS_SERVICE_H
#define VMNETACL_NSS_SERVICE_H

#include "nsswitch.h"

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

#define SERVICE_NAME_MAX 63 /* bytes */

struct service {
    struct nsswitch_service line;
    char name[SERVICE_NAME_MAX + 1];
    void *module; /* NULL for "files", and for one that cannot be loaded */
};

/* What a result points to, made larger as needed. All zero at first. */
struct service_buffer {
    char *bytes;
    size_t size;
};

/* Groups, some of them maybe twice. All zero at first. */
struct service_groups {
    gid_t *list;
    size_t count;
};

/* The outcome of a question: 0, the service knows; an errno, there is no answer; or one of these. */
enum {
    SERVICE_NOBODY = -1,  /* it has answered, and knows nobody */
    SERVICE_PASSED = -2,  /* nor can it, and the next is asked in any case */
    SERVICE_ASK_EACH = -3 /* it is to be asked for each group that matters too, for its members */
};

/* Have the C library ask "files" alone, and not nscd(8), whose memory may be older than a deny. 0, or an errno. */
int service_begin(void);

/* Take the next service off a line; service is the one before, and all zero at first. False behind the last, or with an
 * errno in *error. */
bool service_next(struct line *line, struct service *service, int *error);

/* By name; or by uid or gid, when name is NULL. 0: entry is filled in, and points into buffer. */
int service_find_user(const struct service *service, const char *name, uid_t uid, struct service_buffer *buffer,
                      struct passwd *entry);
int service_find_group(const struct service *service, const char *name, gid_t gid, struct service_buffer *buffer,
                       struct group *entry);

/* Add the groups that user is a member of to groups; gid is that of his entry. */
int service_add_groups(const struct service *service, const char *user, gid_t gid, struct service_buffer *buffer,
                       struct service_groups *groups);

/* Add the count groups of a list. 0, or an errno: with more than VMNETACL_GROUPS_MAX, EOVERFLOW. */
int service_groups_add(struct service_groups *groups, const gid_t *list, size_t count);

#endif
