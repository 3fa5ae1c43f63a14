/* SPDX-License-Identifier: MIT */
/* What kind of file a line is from, as far as its words tell. */
#pragma once

#include <stddef.h>

enum convert_line {
    CONVERT_LINE_UNKNOWN,      /* an empty line, a comment, or anything else */
    CONVERT_LINE_QEMU,         /* bridge.conf: "allow virbr0" */
    CONVERT_LINE_LXC,          /* lxc-usernet: "alice veth virbr0 2" */
    CONVERT_LINE_LXC_USERLESS, /* the same without a user: " veth virbr0 2" */
    CONVERT_LINE_RULE,         /* vmnet-rules(5): "allow user alice bridge virbr0" */
};

/* A comment at the end of a line does not count, although no format has any. */
enum convert_line convert_line_kind(const char *line, size_t line_len);
