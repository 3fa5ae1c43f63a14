/* SPDX-License-Identifier: MIT */
#include "status_verdicts.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

const struct status_owner *status_owner_of(struct status_verdicts *verdicts, uid_t uid)
{
    struct status_owner *owner;

    for (size_t i = 0; i < verdicts->owners_count; i++)
        if (verdicts->owners[i]->uid == uid)
            return verdicts->owners[i];
    owner = memory_grow(NULL, 0, sizeof *owner);
    *owner = (struct status_owner){.uid = uid};
    owner->is_known = account_find_uid(&owner->account, uid, &owner->error);
    verdicts->owners = memory_grow(verdicts->owners, verdicts->owners_count, sizeof *verdicts->owners);
    verdicts->owners[verdicts->owners_count++] = owner;
    return owner;
}

static void decide(struct status_verdicts *verdicts, struct status_verdict *verdict)
{
    struct vmnetacl_decision decision;

    if (!verdicts->is_loaded)
        (void)vmnetacl_load(&verdicts->policy, &verdicts->error); /* then NULL */
    verdicts->is_loaded = true;
    verdict->status = VMNETACL_UNAVAIL;
    if (verdicts->policy == NULL) {
        verdict->error = verdicts->error;
    } else if (!verdict->owner->is_known) {
        verdict->error = verdict->owner->error;
    } else {
        verdict->status = vmnetacl_authorize(verdicts->policy, &verdict->owner->account.caller, verdict->bridge, 0,
                                             &decision, &verdict->error);
        verdict->grant = decision.grant;
        verdict->rule = decision.rule;
    }
}

const struct status_verdict *status_verdict_of(struct status_verdicts *verdicts, const struct status_owner *owner,
                                               const char *bridge)
{
    struct status_verdict *verdict;

    for (size_t i = 0; i < verdicts->count; i++)
        if (verdicts->items[i]->owner == owner && strcmp(verdicts->items[i]->bridge, bridge) == 0)
            return verdicts->items[i];
    verdict = memory_grow(NULL, 0, sizeof *verdict);
    *verdict = (struct status_verdict){.owner = owner};
    strcpy(verdict->bridge, bridge); /* at most VMNETACL_NAME_MAX bytes: it is valid */
    decide(verdicts, verdict);
    verdicts->items = memory_grow(verdicts->items, verdicts->count, sizeof *verdicts->items);
    verdicts->items[verdicts->count++] = verdict;
    return verdict;
}

bool status_verdict_is_there(const struct status_verdict *verdict)
{
    return verdict->status == VMNETACL_ALLOW || verdict->status == VMNETACL_DENY ||
           verdict->status == VMNETACL_NOTFOUND;
}

void status_verdicts_free(struct status_verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++)
        free(verdicts->items[i]);
    for (size_t i = 0; i < verdicts->owners_count; i++) {
        account_free(&verdicts->owners[i]->account);
        free(verdicts->owners[i]);
    }
    free(verdicts->items);
    free(verdicts->owners);
    vmnetacl_free(verdicts->policy);
    *verdicts = (struct status_verdicts){.is_loaded = false};
}
