/* SPDX-License-Identifier: MIT */
/* The words and numbers of a line. Pure. */
#ifndef VMNETACL_TOKEN_H
#define VMNETACL_TOKEN_H

#include "lines.h"

/* A stretch of a line without blanks. */
struct token {
    const char *at;
    size_t len; /* 0: the line has ended, and at is its end */
};

/* Take the next word off the line, with the blanks after it; it may be empty. */
static inline struct token token_take(struct line *line)
{
    struct token token = {.at = line->at};

    while (line->at < line->end && !is_blank(*line->at))
        line->at++;
    token.len = (size_t)(line->at - token.at);
    line_skip_blanks(line);
    return token;
}

/* Does the line go on with this word? Then take it off, with the blanks after it. */
static inline bool token_take_word(struct line *line, const char *word)
{
    size_t word_len = strlen(word);
    const char *after = line->at + word_len;

    if (line_len(line) < word_len || memcmp(line->at, word, word_len) != 0 || (after < line->end && !is_blank(*after)))
        return false;
    line->at = after;
    line_skip_blanks(line);
    return true;
}

static inline bool token_is(const struct token *token, const char *word)
{
    return token->len == strlen(word) && memcmp(token->at, word, token->len) == 0;
}

/* The same without regard to case, of ASCII letters only. word is in lower case. */
bool token_is_caseless(const struct token *token, const char *word);

/* How much of a wrong word a message shows: the precision of "%.*s". */
static inline int token_shown_len(const struct token *token)
{
    return token->len < 32 ? (int)token->len : 32;
}

/* The line that is being parsed, and where errors go. */
struct parser {
    const struct lines *lines;
    struct line line; /* what is left of it */
    struct vmnetacl_error *error;
};

/* lines_fail() about a place in the line that is being parsed. */
#define parser_fail(parser, at, code, ...)                                                                             \
    lines_fail((parser)->lines, &(parser)->line, at, code, (parser)->error, __VA_ARGS__)

/*
 * Take a decimal number from min to max, in digits only and without a leading zero. OK; UNAVAIL with NUMBER_MISSING,
 * NUMBER_INVALID or NUMBER_LARGE, and *number as it was.
 */
enum vmnetacl_status parser_take_number(struct parser *parser, uint32_t min, uint32_t max, uint32_t *number);

/* Is it the byte order mark of the file that makes this word unknown? Then the error is filled in; it is UNAVAIL. */
bool parser_fail_mark(const struct parser *parser, const struct token *word);

#endif
