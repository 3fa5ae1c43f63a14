/* SPDX-License-Identifier: MIT */
/* A new option has a row here, its bit in vmnetacl.h, its enforcement in the helper, and its text in vmnet-rules(5). */
#include "option.h"

#include <assert.h>

const struct option option_table[] = {
    {.name = "limit",
     .bit = VMNETACL_OPTION_LIMIT,
     .value = "NUMBER",
     .min = 1,
     .max = UINT32_MAX,
     .offset = offsetof(struct vmnetacl_grant, limit),
     .unenforced = {.code = VMNETACL_CODE_OPTION_UNENFORCED,
                    .message =
                        "the rule has the option 'limit', which this program does not enforce; use one that does"}},
};

const size_t option_table_len = sizeof option_table / sizeof option_table[0];

static_assert(sizeof option_table / sizeof option_table[0] * sizeof(uint32_t) < sizeof(struct vmnetacl_grant),
              "their values fit OPTIONS_SIZE_MAX");
