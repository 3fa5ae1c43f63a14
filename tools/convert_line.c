/* SPDX-License-Identifier: MIT */
#include "convert_line.h"

#include <stdbool.h>
#include <string.h>

/* A rule has five words up to the name of its bridge. */
#define WORDS_MAX 5

struct word {
    const char *at;
    size_t len;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* The first words of a line, up to a comment. Returns how many there are. */
static size_t words_read(struct word words[WORDS_MAX], const char *line, size_t line_len)
{
    size_t count = 0;

    for (size_t i = 0; i < line_len && count < WORDS_MAX;) {
        size_t begin = i;
        if (is_blank(line[i])) {
            i++;
            continue;
        }
        if (line[i] == '#')
            break;
        while (i < line_len && !is_blank(line[i]))
            i++;
        words[count++] = (struct word){.at = line + begin, .len = i - begin};
    }
    return count;
}

static bool word_is(const struct word *word, const char *text)
{
    return word->len == strlen(text) && memcmp(word->at, text, word->len) == 0;
}

static bool word_is_number(const struct word *word)
{
    for (size_t i = 0; i < word->len; i++)
        if (word->at[i] < '0' || word->at[i] > '9')
            return false;
    return word->len > 0;
}

/* "allow" subject "bridge", where the subject has one word or two. */
static bool is_rule(const struct word words[WORDS_MAX], size_t count)
{
    static const char *const subjects[] = {"user", "uid", "group", "gid"};

    if (count >= 3 && word_is(&words[1], "all") && word_is(&words[2], "bridge"))
        return true;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
        if (count >= 4 && word_is(&words[1], subjects[i]) && word_is(&words[3], "bridge"))
            return true;
    return false;
}

/* One of the keywords of bridge.conf? */
static bool is_keyword(const struct word *word)
{
    return word_is(word, "allow") || word_is(word, "deny") || word_is(word, "include");
}

enum convert_line convert_line_kind(const char *line, size_t line_len)
{
    struct word words[WORDS_MAX];
    size_t count = words_read(words, line, line_len);

    if (count == 3 && word_is(&words[0], "veth") && word_is_number(&words[2]))
        return CONVERT_LINE_LXC_USERLESS;
    if (count >= 3 && word_is(&words[1], "veth")) /* also of a user called allow */
        return CONVERT_LINE_LXC;
    if (count > 0 && is_keyword(&words[0]))
        return is_rule(words, count) ? CONVERT_LINE_RULE : CONVERT_LINE_QEMU;
    return count == 4 && word_is_number(&words[3]) ? CONVERT_LINE_LXC : CONVERT_LINE_UNKNOWN;
}
