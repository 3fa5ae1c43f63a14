/* SPDX-License-Identifier: MIT */
/* What an answer about another user cannot know. */
#pragma once

#include "story.h"

/* Sentences, escaped. All zero to begin with. */
struct unknowns {
    char **items;
    size_t count;
};

void unknowns_find(struct unknowns *unknowns, const struct story *story);

void unknowns_free(struct unknowns *unknowns);
