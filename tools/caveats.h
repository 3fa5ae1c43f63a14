/* SPDX-License-Identifier: MIT */
/* What an answer about another user does not take into account. */
#pragma once

#include "explanation.h"

/* Sentences, escaped. All zero to begin with. */
struct caveats {
    char **items;
    size_t count;
};

void caveats_find(struct caveats *caveats, const struct explanation *explanation);

void caveats_free(struct caveats *caveats);
