/* SPDX-License-Identifier: MIT */
/* The errors of bridge.conf's grammar. */
#include "qemu_parse.h"

#include "error.h"

enum vmnetacl_status qemu_fail(const struct lines *lines, const struct line *line, const char *at,
                               enum vmnetacl_code code, const char *message, struct vmnetacl_error *error)
{
    lines_error(lines, line, at, code, error);
    error_add(error, message);
    return VMNETACL_UNAVAIL;
}

enum vmnetacl_status qemu_fail_word(const struct lines *lines, const struct line *line, struct vmnetacl_error *error)
{
    size_t word_len = 0;

    while (word_len < line_len(line) && word_len < 32 && line->at[word_len] != ' ' && line->at[word_len] != '\t')
        word_len++;
    lines_error(lines, line, line->at, VMNETACL_CODE_KEYWORD_UNKNOWN, error);
    error_add(error, "unknown word '");
    error_add_bytes(error, line->at, word_len);
    error_add(error, "'; a line begins with allow, deny, include or #");
    return VMNETACL_UNAVAIL;
}
