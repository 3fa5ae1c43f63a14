/* SPDX-License-Identifier: MIT */
/* A new option has a row here, its bit in vmnetacl.h, its enforcement in the helper, and its text in vmnet-rules(5). */
#include "option.h"

#include <assert.h>
#include <stddef.h>

/* The error stands apart: without a pointer in it, the loader need not touch its pages. */
#define OPTION(word, constant)                                                                                         \
    .name = word, .bit = VMNETACL_OPTION_##constant, .unenforced = &(const struct vmnetacl_error)                      \
    {                                                                                                                  \
        .code = VMNETACL_CODE_OPTION_UNENFORCED,                                                                       \
        .message = "the rule has the option '" word "', which this program does not enforce; use one that does"        \
    }
#define VALUE(shown, of_kind, member)                                                                                  \
    .value = shown, .kind = &(of_kind), .offset = offsetof(struct vmnetacl_grant, member)

const struct option option_table[] = {
    {OPTION("limit", LIMIT), VALUE("NUMBER", option_number, limit), .min = 1, .max = VMNETACL_LIMIT_MAX},
    {OPTION("isolated", ISOLATED)},
    {OPTION("guard", GUARD)},
    {OPTION("mac", MAC), VALUE("ADDRESS", option_mac, mac)},
    {OPTION("vlan", VLAN), VALUE("NUMBER", option_number, vlan), .min = 1, .max = VMNETACL_VLAN_MAX},
    {OPTION("tap", TAP), VALUE("NAME", option_tap, tap)},
};

const size_t option_table_len = sizeof option_table / sizeof option_table[0];

static_assert(sizeof(struct vmnetacl_grant) == 64, "its size is part of the library's interface");
