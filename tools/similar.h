/* SPDX-License-Identifier: MIT */
/* Which word was meant by one that was mistyped? */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Longer words are not compared. */
#define SIMILAR_MAX 31

/* Begin with the word that was typed; the rest is zero. */
struct similar {
    const char *typed;
    size_t typed_len;
    size_t distance;
    char found[SIMILAR_MAX + 1]; /* the nearest word, the first of several; "" when none is near */
    char question[SIMILAR_MAX + 32];
};

/*
 * Take a word into account: it is near when at most two letters must be put in, taken out or replaced to come to it,
 * and no more than half of those that were typed. A word is not near to itself.
 */
void similar_consider(struct similar *similar, const char *word);

/* "; did you mean 'virbr0'?", or an empty text when no word is near. It is kept in similar. */
const char *similar_question(struct similar *similar);
