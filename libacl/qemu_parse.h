/* SPDX-License-Identifier: MIT */
/*
 * The grammar of bridge.conf. Pure: a line of text goes in, a statement comes out.
 *
 *     file      = { line newline } [ line ]
 *     line      = [ blanks ] [ comment | statement ] [ blanks ]
 *     comment   = "#" anything
 *     statement = ( "allow" | "deny" ) separator ( "all" | name )
 *               | "include" separator absolute-path
 *     separator = ( space | tab ) [ blanks ]
 *
 * As in vmnet-bridge.conf(5). A name or a path goes on to the last byte of the line that is no blank.
 */
#ifndef VMNETACL_QEMU_PARSE_H
#define VMNETACL_QEMU_PARSE_H

#include "lines.h"

enum qemu_kind {
    QEMU_NOTHING, /* an empty line or a comment */
    QEMU_ALLOW,
    QEMU_DENY,
    QEMU_INCLUDE,
};

struct qemu_statement {
    enum qemu_kind kind;
    const char *argument; /* a name or a path, in the text that was parsed; not terminated */
    size_t argument_len;  /* 0 for "all" */
    unsigned line;
    unsigned column; /* of the statement's first byte */
};

/* Parse the next line: OK, with statement filled in; or UNAVAIL, with error filled in and statement worthless. */
enum vmnetacl_status qemu_parse_line(struct lines *lines, struct qemu_statement *statement,
                                     struct vmnetacl_error *error);

#endif
