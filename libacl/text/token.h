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

/* Take the next word off the line, with the blanks after it; before is where a further one may begin. */
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

/* The same without regard to case, of ASCII letters alone. word is in lower case. */
bool token_is_caseless(const struct token *token, const char *word);

/*
 * A decimal number from min to max, in digits alone and without a zero in front. OK; UNAVAIL with NUMBER_MISSING,
 * NUMBER_INVALID or NUMBER_LARGE.
 */
enum vmnetacl_status token_parse_number(const struct lines *lines, const struct line *line, const struct token *token,
                                        uint32_t min, uint32_t max, uint32_t *number, struct vmnetacl_error *error);

/* Fill in an error at a place in the line. Always UNAVAIL. */
enum vmnetacl_status token_fail(const struct lines *lines, const struct line *line, const char *at,
                                enum vmnetacl_code code, const char *message, struct vmnetacl_error *error);

/* The same with the beginning of the token between two parts of a message. */
enum vmnetacl_status token_fail_word(const struct lines *lines, const struct line *line, const struct token *token,
                                     enum vmnetacl_code code, const char *before, const char *after,
                                     struct vmnetacl_error *error);

#endif
