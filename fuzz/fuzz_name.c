/* SPDX-License-Identifier: MIT */
/* The input is a name. A valid one is valid to the kernel, and says the same as a word of a rule. */
#include "fuzz.h"
#include "qemu_parse.h"

#include <string.h>

/* dev_valid_name() in net/core/dev.c, whose isspace() holds 0xa0 for a blank. */
static int is_valid_to_kernel(const char *name, size_t name_len)
{
    if (name_len == 0 || name_len >= 16 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    for (; *name != '\0'; name++)
        if (strchr("/: \t\n\v\f\r\xa0", *name) != NULL)
            return 0;
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char rule[64] = "deny ";
    struct lines lines;
    struct qemu_statement statement;
    struct vmnetacl_error error;
    int is_valid = vmnetacl_name_valid((const char *)data, size);

    if (size > 16) {
        HOLDS(!is_valid);
        return 0;
    }
    memcpy(rule + 5, data, size); /* a NUL follows */
    HOLDS(!is_valid || strlen(rule + 5) == size);
    HOLDS(!is_valid || is_valid_to_kernel(rule + 5, size));
    for (size_t i = 0; i < size; i++)
        HOLDS(!is_valid || (data[i] > 0x20 && data[i] != 0x7f && data[i] != '%'));
    lines_start(&lines, "/f", rule, 5 + size);
    if (is_valid) {
        HOLDS(qemu_parse_line(&lines, &statement, &error) == VMNETACL_OK && statement.kind == QEMU_DENY);
        HOLDS(statement.argument == rule + 5);
        HOLDS(statement.argument_len == (size == 3 && memcmp(data, "all", 3) == 0 ? 0 : size));
    }
    return 0;
}
