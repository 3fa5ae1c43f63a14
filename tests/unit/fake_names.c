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
    const char *end = item->is_denied && item->kind != ACCOUNT_USER ? "+" : "";
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

static bool has_number(const struct vmnetacl_caller *caller, const struct lookup_item *item)
{
    if (item->kind == ACCOUNT_USER)
        return item->answer.id == caller->uid;
    for (size_t i = 0; i < caller->groups_count; i++)
        if (caller->groups[i] == item->answer.id)
            return true;
    return item->answer.id == caller->gid;
}

static void answer(const struct vmnetacl_caller *caller, struct lookup_item *item)
{
    item->answer = (struct account_answer){.state = item->kind == ACCOUNT_GID ? ACCOUNT_KNOWN : ACCOUNT_ABSENT,
                                           .id = item->id,
                                           .is_for_deny = item->is_denied};
    for (size_t i = 0; i < fake_names.accounts_count; i++) {
        const struct fake_account *account = &fake_names.accounts[i];
        if (!is_meant(account, item))
            continue;
        item->answer.state = ACCOUNT_KNOWN;
        item->answer.id = account->id;
        item->answer.is_caller = item->is_denied && account->has_caller;
    }
    if (item->is_denied && item->answer.state == ACCOUNT_KNOWN && has_number(caller, item) && !fake_names.is_lying)
        item->answer.is_caller = true;
}

static bool is_skipped(const struct lookup_item *item)
{
    return fake_names.skipped_name != NULL && item->kind != ACCOUNT_GID &&
           strcmp(item->name, fake_names.skipped_name) == 0;
}

static bool is_failing(const struct lookup_item *item)
{
    return fake_names.failing_name != NULL && !item->is_denied && strcmp(item->name, fake_names.failing_name) == 0;
}

enum vmnetacl_status __wrap_lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                       struct vmnetacl_error *error)
{
    if (lookup->count == 0)
        abort(); /* a worker is not forked for nothing */
    fake_names.calls++;
    fake_names.uid = lookup->caller->uid;
    fake_names.timeout_ms = timeout_ms;
    fake_names.asked[0] = '\0';
    *failed = fake_names.failed < lookup->count ? fake_names.failed : lookup->count;
    for (size_t i = 0; i < lookup->count; i++)
        note(&lookup->items[i]);
    if (fake_names.failure != VMNETACL_CODE_NONE) {
        enum vmnetacl_status status = error_set(error, fake_names.failure, NULL, 0, 0, "the fault");
        error->system_errno = fake_names.failure_errno;
        return status;
    }
    for (size_t i = 0; i < lookup->count; i++) {
        answer(lookup->caller, &lookup->items[i]);
        if (is_skipped(&lookup->items[i]))
            lookup->items[i].answer.state = ACCOUNT_SKIPPED;
        if (!is_failing(&lookup->items[i]))
            continue;
        lookup->items[i].answer.state = ACCOUNT_FAILED;
        *failed = i;
        (void)error_set(error, VMNETACL_CODE_LOOKUP_FAILED, NULL, 0, 0, "the lookup failed"); /* the load is OK */
    }
    return VMNETACL_OK;
}
