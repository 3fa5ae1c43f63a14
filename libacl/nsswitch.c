/* SPDX-License-Identifier: MIT */
#include "nsswitch.h"

/* isspace(3) in the C locale: is_blank() and the vertical tab. */
static bool is_space(char c)
{
    return is_blank(c) || c == '\v';
}

static void skip_spaces(struct line *line)
{
    while (line->at < line->end && is_space(*line->at))
        line->at++;
}

/* Take all up to a space or one of these bytes: the length of it. */
static size_t take_until(struct line *line, const char *bytes)
{
    const char *start = line->at;

    while (line->at < line->end && !is_space(*line->at) && strchr(bytes, *line->at) == NULL)
        line->at++;
    return (size_t)(line->at - start);
}

static bool take_byte(struct line *line, char byte)
{
    if (line_is_empty(line) || *line->at != byte)
        return false;
    line->at++;
    return true;
}

/* In any case of letters, as the C locale has it. */
static bool is_word(const char *text, size_t text_len, const char *word)
{
    size_t len = strlen(word);

    if (text_len != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
        if (c != word[i])
            return false;
    }
    return true;
}

bool nsswitch_find(const char *text, size_t text_len, const char *database, struct line *line)
{
    const char *end = text + text_len;
    bool is_found = false;

    for (const char *at = text; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        struct line next = {.start = at, .at = at, .end = newline != NULL ? newline : end};
        const char *nul = memchr(at, '\0', line_len(&next));
        size_t name_len;
        at = newline != NULL ? newline + 1 : end;
        next.end = nul != NULL ? nul : next.end;
        skip_spaces(&next);
        next.start = next.at;
        name_len = take_until(&next, ":");
        if (name_len != strlen(database) || memcmp(next.start, database, name_len) != 0)
            continue;
        while (!line_is_empty(&next) && (is_space(*next.at) || *next.at == ':'))
            next.at++;
        *line = next;
        is_found = true;
    }
    return is_found;
}

/* One "STATUS=ACTION" or "!STATUS=ACTION", which means all statuses but that one. False when it is none. */
static bool take_action(struct line *line, struct nsswitch_service *service)
{
    static const char *const statuses[] = {"SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"};
    bool is_negated = take_byte(line, '!');
    const char *word = line->at;
    size_t word_len = take_until(line, "=]");
    bool is_notfound = is_word(word, word_len, "NOTFOUND");
    bool is_return;
    size_t i = 0;

    while (i < sizeof statuses / sizeof statuses[0] && !is_word(word, word_len, statuses[i]))
        i++;
    skip_spaces(line);
    if (i == sizeof statuses / sizeof statuses[0] || !take_byte(line, '='))
        return false;
    skip_spaces(line);
    word = line->at;
    word_len = take_until(line, "=]");
    is_return = is_word(word, word_len, "RETURN");
    if (!is_return && !is_word(word, word_len, "CONTINUE") && !is_word(word, word_len, "MERGE"))
        return false;
    if (is_notfound != is_negated)
        service->ends_on_notfound = is_return;
    skip_spaces(line);
    return true;
}

enum nsswitch_result nsswitch_next(struct line *line, struct nsswitch_service *service)
{
    bool is_comment = service->is_comment;

    skip_spaces(line);
    *service = (struct nsswitch_service){.name = line->at, .name_len = take_until(line, "[")};
    if (service->name_len == 0) /* the end; and behind "] [" glibc looks no further */
        return NSSWITCH_END;
    service->is_comment = is_comment || *service->name == '#';
    skip_spaces(line);
    if (!take_byte(line, '['))
        return NSSWITCH_SERVICE;
    skip_spaces(line);
    do {
        if (!take_action(line, service))
            return NSSWITCH_INVALID;
    } while (!take_byte(line, ']'));
    return NSSWITCH_SERVICE;
}
