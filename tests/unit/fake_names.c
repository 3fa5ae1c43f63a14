/* SPDX-License-Identifier: MIT */
#include "fake_names.h"

#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_names fake_names;

void fake_names_start(const struct fake_account *accounts, size_t accounts_count)
{
    fake_names = (struct fake_names){.accounts = accounts, .accounts_count = accounts_count, .failed = SIZE_MAX};
}

enum vmnetacl_status __wrap_lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                       struct vmnetacl_error *error);

static void note(const struct lookup_item *item)
{
    char *at = fake_names.asked + strlen(fake_names.asked);
    size_t room = sizeof fake_names.asked - strlen(fake_names.asked);
    const char *end = item->wants_membership ? "+" : "";
    int len;

    if (item->kind == ACCOUNT_GID)
        len = snprintf(at, room, " gid:%u%s", item->id, end);
    else
        len = snprintf(at, room, " %s:%s%s", item->kind == ACCOUNT_USER ? "user" : "group", item->name, end);
    if (len < 1 || (size_t)len >= room)
        abort();
}

static bool is_meant(const struct fake_account *account, const struct lookup_item *item)
{
    if (account->is_group != (item->kind != ACCOUNT_USER))
        return false;
    return item->kind == ACCOUNT_GID ? account->id == item->id : strcmp(account->name, item->name) == 0;
}

static void answer(struct lookup_item *item)
{
    item->answer = (struct account_answer){.is_known = item->kind == ACCOUNT_GID,
                                           .id = item->id,
                                           .membership_is_asked = item->wants_membership};
    for (size_t i = 0; i < fake_names.accounts_count; i++) {
        const struct fake_account *account = &fake_names.accounts[i];
        if (!is_meant(account, item))
            continue;
        item->answer.is_known = true;
        item->answer.id = account->id;
        item->answer.is_member = item->wants_membership && account->has_caller;
    }
}

enum vmnetacl_status __wrap_lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                       struct vmnetacl_error *error)
{
    if (lookup->count == 0)
        abort(); /* a worker is not forked for nothing */
    fake_names.calls++;
    fake_names.uid = lookup->uid;
    fake_names.timeout_ms = timeout_ms;
    fake_names.asked[0] = '\0';
    *failed = fake_names.failed < lookup->count ? fake_names.failed : lookup->count;
    for (size_t i = 0; i < lookup->count; i++)
        note(&lookup->items[i]);
    if (fake_names.failure != VMNETACL_CODE_NONE) {
        error_start(error, fake_names.failure, NULL, 0, 0);
        error->system_errno = fake_names.failure_errno;
        error_add(error, "the fault");
        return error_status(error);
    }
    for (size_t i = 0; i < lookup->count; i++)
        answer(&lookup->items[i]);
    return VMNETACL_OK;
}
