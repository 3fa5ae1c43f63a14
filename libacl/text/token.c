/* SPDX-License-Identifier: MIT */
#include "token.h"

#include "error.h"

#define SHOWN_MAX 32 /* bytes of a wrong word */

bool token_is_caseless(const struct token *token, const char *word)
{
    if (token->len != strlen(word))
        return false;
    for (size_t i = 0; i < token->len; i++) {
        char c = token->at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[i])
            return false;
    }
    return true;
}

enum vmnetacl_status token_fail(const struct lines *lines, const struct line *line, const char *at,
                                enum vmnetacl_code code, const char *message, struct vmnetacl_error *error)
{
    lines_error(lines, line, at, code, error);
    error_add(error, message);
    return VMNETACL_UNAVAIL;
}

enum vmnetacl_status token_fail_word(const struct lines *lines, const struct line *line, const struct token *token,
                                     enum vmnetacl_code code, const char *before, const char *after,
                                     struct vmnetacl_error *error)
{
    lines_error(lines, line, token->at, code, error);
    error_add(error, before);
    error_add_bytes(error, token->at, token->len < SHOWN_MAX ? token->len : SHOWN_MAX);
    error_add(error, after);
    return VMNETACL_UNAVAIL;
}

enum vmnetacl_status token_parse_number(const struct lines *lines, const struct line *line, const struct token *token,
                                        uint32_t min, uint32_t max, uint32_t *number, struct vmnetacl_error *error)
{
    uint64_t value = 0;

    if (token->len == 0)
        return token_fail(lines, line, token->at, VMNETACL_CODE_NUMBER_MISSING,
                          "a number is missing; write it in digits", error);
    for (size_t i = 0; i < token->len; i++) {
        char c = token->at[i];
        if (c < '0' || c > '9' || (i > 0 && token->at[0] == '0'))
            return token_fail(lines, line, token->at + i, VMNETACL_CODE_NUMBER_INVALID,
                              "not a decimal number; write digits alone, without a sign or a zero in front", error);
        if (value <= max)
            value = value * 10 + (uint64_t)(c - '0');
    }
    if (value < min || value > max)
        return token_fail(
            lines, line, token->at, VMNETACL_CODE_NUMBER_LARGE,
            "the number is out of range; uids and gids go from 0 to 4294967294, limits from 1 to 4294967295", error);
    *number = (uint32_t)value;
    return VMNETACL_OK;
}
