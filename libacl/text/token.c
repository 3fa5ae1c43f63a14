/* SPDX-License-Identifier: MIT */
#include "token.h"

#include "error.h"

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

enum vmnetacl_status parser_take_number(struct parser *parser, uint32_t min, uint32_t max, uint32_t *number)
{
    struct token token = token_take(&parser->line);
    uint64_t value = 0;

    if (token.len == 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_NUMBER_MISSING,
                           "expected a number, found the end of the line");
    for (size_t i = 0; i < token.len; i++) {
        char c = token.at[i];
        if (c < '0' || c > '9' || (i > 0 && token.at[0] == '0'))
            return parser_fail(parser, token.at + i, VMNETACL_CODE_NUMBER_INVALID,
                               "not a decimal number; write only digits, without a sign or a leading zero");
        if (value <= max)
            value = value * 10 + (uint64_t)(c - '0');
    }
    if (value < min || value > max)
        return parser_fail(parser, token.at, VMNETACL_CODE_NUMBER_LARGE,
                           "the number is out of range; write one from %u to %u", min, max);
    *number = (uint32_t)value;
    return VMNETACL_OK;
}

bool parser_fail_mark(const struct parser *parser, const struct token *word)
{
    static const char mark[] = "\xef\xbb\xbf"; /* U+FEFF in UTF-8; some editors write it before the text */

    if (parser->lines->line != 1 || word->len < strlen(mark) || memcmp(word->at, mark, strlen(mark)) != 0)
        return false;
    return parser_fail(parser, word->at, VMNETACL_CODE_KEYWORD_UNKNOWN,
                       "the file begins with a byte order mark; save it as UTF-8 without one") == VMNETACL_UNAVAIL;
}
