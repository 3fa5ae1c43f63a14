/* SPDX-License-Identifier: MIT */
#include "similar.h"

#include <stdio.h>
#include <string.h>

#define DISTANCE_MAX 2

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

/* Levenshtein's distance, one row of the table after the other. No word is longer than SIMILAR_MAX. */
static size_t distance(const char *from, size_t from_len, const char *to, size_t to_len)
{
    size_t row[SIMILAR_MAX + 1];

    for (size_t j = 0; j <= to_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= from_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= to_len; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (from[i - 1] != to[j - 1]));
            diagonal = above;
        }
    }
    return row[to_len];
}

void similar_consider(struct similar *similar, const char *word)
{
    size_t len = strlen(word);
    size_t found;

    if (len > SIMILAR_MAX || similar->typed_len > SIMILAR_MAX)
        return;
    found = distance(similar->typed, similar->typed_len, word, len);
    if (found == 0 || found > DISTANCE_MAX || 2 * found > similar->typed_len ||
        (similar->found[0] != '\0' && found >= similar->distance))
        return;
    similar->distance = found;
    memcpy(similar->found, word, len + 1);
}

const char *similar_question(struct similar *similar)
{
    if (similar->found[0] != '\0')
        (void)snprintf(similar->question, sizeof similar->question, "; did you mean '%s'?",
                       similar->found); /* always fits */
    return similar->question;
}
