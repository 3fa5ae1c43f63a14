/* SPDX-License-Identifier: MIT */
#include "callers.h"

#define CREDIT_MAX ((long long)CALLERS_BURST * CALLERS_INTERVAL_MS)

/* Is this the one of two to forget? A user must not be forgotten to make room for another's thousands of uids. */
static bool is_worth_less(const struct callers_entry *entry, const struct callers_entry *other)
{
    if (entry->is_proven != other->is_proven)
        return !entry->is_proven;
    return entry->seen_ms < other->seen_ms;
}

/* An entry for a uid that has none: an unused one, or the one to forget of those with nothing running. */
static struct callers_entry *take_entry(struct callers *callers)
{
    struct callers_entry *least = NULL;

    if (callers->count < CALLERS_MAX)
        return &callers->list[callers->count++];
    for (size_t i = 0; i < callers->count; i++) {
        struct callers_entry *entry = &callers->list[i];
        if (entry->running == 0 && (least == NULL || is_worth_less(entry, least)))
            least = entry;
    }
    return least;
}

static size_t search(const struct callers *callers, uid_t uid)
{
    size_t i = 0;

    while (i < callers->count && callers->list[i].uid != uid)
        i++;
    return i;
}

/* Never NULL: the service runs fewer requests than there are entries. */
static struct callers_entry *find_entry(struct callers *callers, uid_t uid, long long now_ms)
{
    size_t i = search(callers, uid);
    struct callers_entry *entry;

    if (i < callers->count)
        return &callers->list[i];
    entry = take_entry(callers);
    *entry = (struct callers_entry){.uid = uid, .credit_ms = CREDIT_MAX, .seen_ms = now_ms};
    return entry;
}

bool callers_want_proof(const struct callers *callers, uid_t uid, long long now_ms)
{
    size_t i = search(callers, uid);

    return i == callers->count || (!callers->list[i].is_proven && now_ms >= callers->list[i].proof_from_ms);
}

/* The share of an unproven uid, which does not change while a request of it runs. */
static struct callers_entry *share_of(struct callers *callers, const struct callers_entry *entry)
{
    return &callers->unproven[entry->is_subordinate ? 1 : 0];
}

static void prove(struct callers *callers, struct callers_entry *entry)
{
    if (entry->is_proven || entry->is_subordinate)
        return;
    entry->is_proven = true;
    share_of(callers, entry)->running -= entry->running;
}

static void earn(struct callers_entry *entry, long long now_ms)
{
    entry->credit_ms += now_ms - entry->seen_ms;
    if (entry->credit_ms > CREDIT_MAX)
        entry->credit_ms = CREDIT_MAX;
    entry->seen_ms = now_ms;
}

static bool has_room(const struct callers_entry *entry)
{
    return entry->running < CALLERS_RUNNING && entry->credit_ms >= CALLERS_INTERVAL_MS;
}

static void take(struct callers_entry *entry)
{
    entry->credit_ms -= CALLERS_INTERVAL_MS;
    entry->running++;
}

static enum callers_verdict begin_unproven(struct callers *callers, struct callers_entry *entry, long long now_ms)
{
    struct callers_entry *share = share_of(callers, entry);

    earn(share, now_ms);
    if (now_ms >= entry->proof_from_ms)
        entry->proof_from_ms = now_ms + CALLERS_PROOF_MS;
    if (now_ms < entry->refused_until_ms)
        return CALLERS_REFUSE;
    if (entry->running > 0 || !has_room(entry) || !has_room(share))
        return CALLERS_TURN_AWAY;
    take(entry);
    take(share);
    return CALLERS_SERVE;
}

enum callers_verdict callers_begin(struct callers *callers, uid_t uid, enum callers_proof proof, long long now_ms)
{
    struct callers_entry *entry = find_entry(callers, uid, now_ms);

    earn(entry, now_ms);
    if (proof == CALLERS_SUBORDINATE && entry->running == 0)
        entry->is_subordinate = true;
    if (proof == CALLERS_USER)
        prove(callers, entry);
    if (!entry->is_proven)
        return begin_unproven(callers, entry, now_ms);
    if (!has_room(entry))
        return CALLERS_TURN_AWAY;
    take(entry);
    return CALLERS_SERVE;
}

void callers_end(struct callers *callers, uid_t uid, enum callers_outcome outcome, long long now_ms)
{
    struct callers_entry *entry = find_entry(callers, uid, now_ms);

    if (outcome == CALLERS_GRANTED)
        prove(callers, entry);
    if (outcome == CALLERS_REFUSED)
        entry->proof_from_ms = entry->refused_until_ms = now_ms + CALLERS_REFUSED_MS;
    entry->running--;
    if (!entry->is_proven)
        share_of(callers, entry)->running--;
}

static bool may_log(struct callers_entry *entry, long long now_ms)
{
    if (now_ms < entry->log_from_ms)
        return false;
    entry->log_from_ms = now_ms + CALLERS_LOG_MS;
    return true;
}

bool callers_log(struct callers *callers, uid_t uid, long long now_ms)
{
    struct callers_entry *entry = find_entry(callers, uid, now_ms);

    return may_log(entry->is_proven ? entry : share_of(callers, entry), now_ms);
}
