/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <stdlib.h>

static const enum account_kind kinds[] = {
    [VMNETACL_SUBJECT_USER] = ACCOUNT_USER,
    [VMNETACL_SUBJECT_GROUP] = ACCOUNT_GROUP,
    [VMNETACL_SUBJECT_GID] = ACCOUNT_GID,
};

const struct account_answer *names_find(const struct vmnetacl_names *names, const struct rule *rule)
{
    size_t index;

    if (names == NULL)
        return NULL;
    index = accounts_find(&names->accounts, kinds[rule->subject], rule->account, rule->account_len, rule->id);
    return index < names->accounts.count ? &names->answers[index] : NULL;
}

bool names_intern(struct accounts *accounts, const struct rule *rule, uint32_t *index)
{
    return accounts_intern(accounts, kinds[rule->subject], rule->account, rule->account_len, rule->id, index);
}

void vmnetacl_names_free(struct vmnetacl_names *names)
{
    if (names == NULL)
        return;
    accounts_free(&names->accounts);
    credentials_free(&names->caller);
    free(names->answers);
    free(names);
}
