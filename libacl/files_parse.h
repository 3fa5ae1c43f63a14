/* SPDX-License-Identifier: MIT */
/*
 * The grammar of the files in rules.d. Pure: a line of text goes in, a rule comes out.
 *
 *     file    = { line newline } [ line ]
 *     line    = [ blanks ] [ comment | rule ] [ blanks ]
 *     comment = "#" anything
 *     rule    = "allow" blanks subject blanks bridge { blanks option }
 *             | "deny" blanks subject blanks bridge
 *     subject = "user" blanks account | "uid" blanks number | "group" blanks account | "gid" blanks number | "all"
 *     bridge  = "bridge" blanks ( "all" | name | prefix "*" )
 *     option  = "limit" blanks number
 *
 * As in vmnet-rules(5). An account, a name and a number go on to the next blank.
 */
#ifndef VMNETACL_FILES_PARSE_H
#define VMNETACL_FILES_PARSE_H

#include "lines.h"
#include "ruleset.h"

struct files_statement {
    bool is_rule;        /* else an empty line or a comment, and the rest is worthless */
    struct rule rule;    /* without its value; the name is in the text that was parsed */
    const char *account; /* of USER and GROUP, in the text; not terminated */
    size_t account_len;
    uint32_t id; /* of UID and GID */
};

/* Parse the next line: OK, with statement filled in; or UNAVAIL, with error filled in and statement worthless. */
enum vmnetacl_status files_parse_line(struct lines *lines, struct files_statement *statement,
                                      struct vmnetacl_error *error);

#endif
