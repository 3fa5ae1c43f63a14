/* SPDX-License-Identifier: MIT */
/*
 * The oracle: what rules mean, written once more, slowly and obviously, from their man pages. Shares nothing with
 * libacl but the numbers of the public header.
 */
#ifndef UNIT_MODEL_H
#define UNIT_MODEL_H

#include "fake_account.h"
#include "vmnetacl.h"

/* ALLOW, DENY or NOTFOUND for a bridge's name; UNAVAIL when anything is wrong. files[0] is bridge.conf. */
enum vmnetacl_status model_decide(const struct vmnetacl_buffer *files, size_t files_count, const char *bridge);

/* Who asks for what, of which files, in a world of which users and groups. */
struct model_question {
    const struct vmnetacl_buffer *files; /* of all sources, as in struct vmnetacl_origin */
    size_t files_count;
    const struct fake_account *accounts;
    size_t accounts_count;
    const struct vmnetacl_caller *caller;
    const char *bridge;
};

#define MODEL_OPTIONS_SIZE 128

struct model_answer {
    enum vmnetacl_status verdict;
    const char *source;               /* of the rule that decided; NULL when none did */
    char options[MODEL_OPTIONS_SIZE]; /* of the first allow, in the order of vmnet-rules(5), with single blanks */
    bool degraded;
    bool load_fails; /* the switch is wrong; verdict is UNAVAIL */
};

void model_ask(const struct model_question *question, struct model_answer *answer);

#endif
