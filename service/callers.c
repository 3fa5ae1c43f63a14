/* SPDX-License-Identifier: MIT */
#include "callers.h"

#define CREDIT_MAX ((long long)CALLERS_BURST * CALLERS_INTERVAL_MS)

/* Which entry to use for another user: a new one, or the one that was not seen for longest and has nothing running. */
static struct callers_entry *take_entry(struct callers *callers)
{
    struct callers_entry *oldest = NULL;

    if (callers->count < CALLERS_MAX)
        return &callers->list[callers->count++];
    for (size_t i = 0; i < callers->count; i++) {
        struct callers_entry *entry = &callers->list[i];
        if (entry->running == 0 && (oldest == NULL || entry->seen_ms < oldest->seen_ms))
            oldest = entry;
    }
    return oldest;
}

/* Never NULL: the service runs fewer requests than there are entries. */
static struct callers_entry *find_entry(struct callers *callers, uid_t uid, long long now_ms)
{
    struct callers_entry *entry;

    for (size_t i = 0; i < callers->count; i++)
        if (callers->list[i].uid == uid)
            return &callers->list[i];
    entry = take_entry(callers);
    *entry = (struct callers_entry){.uid = uid, .credit_ms = CREDIT_MAX, .seen_ms = now_ms};
    return entry;
}

enum callers_verdict callers_begin(struct callers *callers, uid_t uid, long long now_ms)
{
    struct callers_entry *entry = find_entry(callers, uid, now_ms);

    entry->credit_ms += now_ms - entry->seen_ms;
    if (entry->credit_ms > CREDIT_MAX)
        entry->credit_ms = CREDIT_MAX;
    entry->seen_ms = now_ms;
    if (now_ms < entry->refused_until_ms)
        return CALLERS_REFUSE;
    if (entry->running >= CALLERS_RUNNING || entry->credit_ms < CALLERS_INTERVAL_MS)
        return CALLERS_TURN_AWAY;
    entry->credit_ms -= CALLERS_INTERVAL_MS;
    entry->running++;
    return CALLERS_SERVE;
}

void callers_end(struct callers *callers, uid_t uid, bool is_refused, long long now_ms)
{
    struct callers_entry *entry = find_entry(callers, uid, now_ms);

    entry->running--;
    if (is_refused)
        entry->refused_until_ms = now_ms + CALLERS_REFUSED_MS;
}

bool callers_log(struct callers *callers, uid_t uid, long long now_ms)
{
    struct callers_entry *entry = find_entry(callers, uid, now_ms);

    if (now_ms < entry->log_from_ms)
        return false;
    entry->log_from_ms = now_ms + CALLERS_LOG_MS;
    return true;
}
