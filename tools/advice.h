/* SPDX-License-Identifier: MIT */
/* What can be done about a verdict, and what stands in the way of using a bridge in spite of it. */
#pragma once

#include "explanation.h"

struct advice {
    const char *action; /* "add", "remove", "login", "mend", "retry", "option" or "bridge" */
    char *message;      /* a sentence, escaped; of "add" and "remove", the text belongs after it */
    char *file;         /* of "add" and "remove": where; else NULL */
    unsigned line;      /* of "remove"; else 0 */
    char *text;         /* of "add" and "remove": the rule; else NULL */
};

/* All zero to begin with. */
struct advices {
    struct advice *items;
    size_t count;
};

void advices_find(struct advices *advices, const struct explanation *explanation);

void advices_free(struct advices *advices);
