/* SPDX-License-Identifier: MIT */
/* What can be done about a verdict, and what prevents the use of a bridge that the rules allow. */
#pragma once

#include "explanation.h"

struct advice {
    const char *action;          /* "add", "remove", "login", "unread", "fix", "retry", "option" or "bridge" */
    char *message;               /* a sentence, escaped; for "add" and "remove", the rule comes after it */
    char *rule;                  /* for "add" and "remove": the text of the rule; else NULL */
    struct vmnetacl_place place; /* of that rule, all zero without; for "add", it has no line. Its strings live as long
                                    as the explanation */
};

/* All zero to begin with. */
struct advices {
    struct advice *items;
    size_t count;
};

void advices_find(struct advices *advices, const struct explanation *explanation);

void advices_free(struct advices *advices);
