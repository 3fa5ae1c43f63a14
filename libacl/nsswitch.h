/* SPDX-License-Identifier: MIT */
/*
 * The lines of nsswitch.conf(5), as glibc reads them (nss/nss_database.c, nss/nss_action_parse.c). Pure.
 *
 * It asks for no colon behind the name of a database, takes the last of several lines, and since 2.33 knows no comment
 * but that of a whole line: what stands behind a '#' are services to it, of which most are not there.
 */
#ifndef VMNETACL_NSSWITCH_H
#define VMNETACL_NSSWITCH_H

#include "lines.h"

/* A service in a line. */
struct nsswitch_service {
    const char *name; /* in the text; not terminated */
    size_t name_len;
    bool ends_on_notfound; /* when it knows nothing, those behind it are not asked */
    bool is_comment;       /* it stands behind a '#', and may be meant for nobody */
};

enum nsswitch_result {
    NSSWITCH_SERVICE,
    NSSWITCH_END,
    NSSWITCH_INVALID,
};

/* Find the line of a database in the text of nsswitch.conf. False when there is none. */
bool nsswitch_find(const char *text, size_t text_len, const char *database, struct line *line);

/* Take the next service from the line, with its actions; service is the one before, and all zero at first. */
enum nsswitch_result nsswitch_next(struct line *line, struct nsswitch_service *service);

#endif
