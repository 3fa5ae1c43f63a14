/* SPDX-License-Identifier: MIT */
/*
 * Absence proves nothing here. A name service that is down, slow or out of connections may say "no such name", and the
 * C library hides a service that is down whenever another one answers after it. So the caller is identified instead:
 *
 * - An allow needs positive knowledge: the name was found, and its number is the caller's.
 * - A deny looks at all of the caller's groups: those in the credentials, that of the passwd entry, and those of
 *   getgrouplist(3). An unknown denied group is not one of them only if each of them has a name, and none
 *   is called so.
 */
#include "query.h"

#include "database.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From so many names of a kind on, it pays to read /etc/passwd or /etc/group once. */
#define BULK_MIN 8

/* What /etc/passwd or /etc/group says of an item: the first entry of a name counts, as for the C library. */
enum settlement {
    UNSEEN,
    LEFT_OPEN, /* it may match: it is looked up */
    SETTLED,   /* it does not match */
};

struct query {
    const struct lookup *lookup;
    struct worker_answer *answers;
    struct lookup_failure *failure;
    struct database database;
    char *login;     /* the caller's; NULL: not identified yet */
    gid_t login_gid; /* of the passwd entry */
    gid_t *groups;   /* all that the caller is known to be in; ascending, each once */
    size_t groups_count;
    enum settlement *settlements; /* of each item */
};

/* Remember what has failed. An errno, for the caller of this function to return. */
static int fail(struct query *query, size_t item, enum lookup_call call, uint32_t id, int error)
{
    *query->failure = (struct lookup_failure){.item = item, .call = call, .id = id, .error = error};
    return error;
}

static int compare_gids(const void *a, const void *b)
{
    const gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

    return left < right ? -1 : left > right;
}

static bool is_member(const struct query *query, gid_t gid)
{
    return bsearch(&gid, query->groups, query->groups_count, sizeof gid, compare_gids) != NULL;
}

/* 0 or ENOMEM. */
static int add_groups(struct query *query, const gid_t *groups, size_t count)
{
    gid_t *all = reallocarray(query->groups, query->groups_count + count, sizeof *all);
    size_t kept = 0;

    if (all == NULL)
        return ENOMEM;
    if (count > 0) /* else groups may be NULL, which memcpy(3) does not take */
        memcpy(all + query->groups_count, groups, count * sizeof *all);
    count += query->groups_count;
    qsort(all, count, sizeof *all, compare_gids);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || all[kept - 1] != all[i])
            all[kept++] = all[i];
    query->groups = all;
    query->groups_count = kept;
    return 0;
}

/* By the credentials, is the caller this user, or in this group? This decides an allow. */
static bool has_number(const struct query *query, enum account_kind kind, uint32_t id)
{
    const struct vmnetacl_caller *caller = query->lookup->caller;

    if (kind == ACCOUNT_USER)
        return id == caller->uid;
    if (id == caller->gid)
        return true;
    for (size_t i = 0; i < caller->groups_count; i++)
        if (caller->groups[i] == id)
            return true;
    return false;
}

/* Look up a user or a group by its name, and answer with its number. *members is NULL for a user. 0 or an errno. */
static int find_named(struct query *query, size_t item, char ***members)
{
    const struct lookup_item *asked = &query->lookup->items[item];
    struct passwd user, *found_user = NULL;
    struct group group, *found_group = NULL;
    int error;

    *members = NULL;
    if (asked->kind == ACCOUNT_USER)
        error = database_find_user(&query->database, asked->name, 0, &user, &found_user);
    else
        error = database_find_group(&query->database, asked->name, 0, &group, &found_group);
    if (error != 0)
        return error;
    query->answers[item].state = ACCOUNT_ABSENT;
    if (found_user != NULL)
        query->answers[item] = (struct worker_answer){.state = ACCOUNT_KNOWN, .id = user.pw_uid};
    if (found_group != NULL) {
        query->answers[item] = (struct worker_answer){.state = ACCOUNT_KNOWN, .id = group.gr_gid};
        *members = group.gr_mem;
    }
    return 0;
}

/*
 * Names in bulk: the local ones are settled in one pass, since getpwnam_r(3) and getgrnam_r(3) would read /etc/passwd
 * or /etc/group from the start for each. Only names that do not match are settled; one that may match is looked up.
 */

/* Does a local account settle this item? Denied groups are not settled: they may have members that the file lacks. */
static bool is_settled_by(const struct query *query, const struct lookup_item *item, uint32_t id)
{
    return !has_number(query, item->kind, id) && (!item->is_denied || strcmp(item->name, query->login) != 0);
}

static void settle_local(struct query *query, enum account_kind kind, const char *name, uint32_t id)
{
    size_t item = accounts_find(query->lookup->accounts, kind, name, strlen(name), 0);
    bool is_identified = query->login != NULL;

    /* What a deny depends on waits until the caller is identified. */
    if (item < query->lookup->count && query->lookup->items[item].is_denied && !is_identified)
        return;
    if (item >= query->lookup->count || query->answers[item].state != ACCOUNT_SKIPPED ||
        query->settlements[item] != UNSEEN)
        return;
    query->settlements[item] = is_settled_by(query, &query->lookup->items[item], id) ? SETTLED : LEFT_OPEN;
    if (query->settlements[item] == SETTLED)
        query->answers[item] = (struct worker_answer){.state = ACCOUNT_KNOWN, .id = id};
}

static void settle_local_accounts(struct query *query, enum account_kind kind)
{
    FILE *file = fopen(kind == ACCOUNT_USER ? "/etc/passwd" : "/etc/group", "re");
    const struct passwd *user;
    const struct group *group;

    if (file == NULL)
        return; /* then each name is asked about */
    if (kind == ACCOUNT_USER)
        while ((user = fgetpwent(file)) != NULL)
            settle_local(query, kind, user->pw_name, user->pw_uid);
    else
        while ((group = fgetgrent(file)) != NULL)
            settle_local(query, kind, group->gr_name, group->gr_gid);
    (void)fclose(file); /* only read from: nothing to fail */
}

/* How many names of this kind are there that denies depend on? */
static size_t count_denied(const struct query *query, enum account_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < query->lookup->count; i++)
        count += query->lookup->items[i].kind == kind && query->lookup->items[i].is_denied;
    return count;
}

/* How many that only allows depend on? */
static size_t count_only_allowed(const struct query *query, enum account_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < query->lookup->count; i++)
        count += query->lookup->items[i].kind == kind && !query->lookup->items[i].is_denied;
    return count;
}

/*
 * For allows.
 */

/* Ask about one name, unless that is done. *matches: an allow for it matches. 0 or ENOMEM. */
static int ask_allowed_item(struct query *query, size_t item, bool *matches)
{
    const struct lookup_item *asked = &query->lookup->items[item];
    struct worker_answer *answer = &query->answers[item];
    bool is_first_failure = query->failure->call == LOOKUP_NONE;
    char **members;
    int error = answer->state == ACCOUNT_SKIPPED ? find_named(query, item, &members) : 0;

    if (error != 0) {
        answer->state = ACCOUNT_FAILED;
        if (is_first_failure)
            (void)fail(query, item, asked->kind == ACCOUNT_USER ? LOOKUP_USER : LOOKUP_GROUP, 0, error);
    }
    *matches = answer->state == ACCOUNT_KNOWN && has_number(query, asked->kind, answer->id);
    return error == ENOMEM ? ENOMEM : 0;
}

/* Ask about a name that the caller is known to have, if an allow is for it. 0 or ENOMEM. */
static int ask_own_name(struct query *query, enum account_kind kind, const char *name, bool *matches)
{
    const struct lookup *lookup = query->lookup;
    size_t item = accounts_find(lookup->accounts, kind, name, strlen(name), 0);

    *matches = false;
    return item < lookup->count && lookup->items[item].is_allowed ? ask_allowed_item(query, item, matches) : 0;
}

/* The caller's own names first: if an allow is for one of them, the thousands before it need not be asked. */
static int ask_own_names(struct query *query, enum account_kind kind, bool *matches)
{
    const struct vmnetacl_caller *caller = query->lookup->caller;
    struct passwd user, *found_user;
    struct group group, *found_group;
    int error = 0;

    *matches = false;
    if (kind == ACCOUNT_USER)
        return database_find_user(&query->database, NULL, caller->uid, &user, &found_user) == 0 && found_user != NULL
                   ? ask_own_name(query, kind, user.pw_name, matches)
                   : 0;
    for (size_t i = 0; i <= caller->groups_count && error == 0 && !*matches; i++) {
        gid_t gid = i < caller->groups_count ? caller->groups[i] : caller->gid;
        if (database_find_group(&query->database, NULL, gid, &group, &found_group) == 0 && found_group != NULL)
            error = ask_own_name(query, kind, group.gr_name, matches);
    }
    return error;
}

/* Make the questions that allows depend on fewer, when there are many about this kind of name. 0 or ENOMEM. */
static int ask_allowed_in_bulk(struct query *query, enum account_kind kind, bool *matches)
{
    int error = 0;

    *matches = false;
    if (count_only_allowed(query, kind) < BULK_MIN)
        return 0;
    if (query->lookup->first_suffices)
        error = ask_own_names(query, kind, matches);
    if (error == 0 && !*matches)
        settle_local_accounts(query, kind);
    return error;
}

/* 0 or ENOMEM. */
static int ask_allowed(struct query *query)
{
    const struct lookup *lookup = query->lookup;
    bool matches = false;
    int error = ask_allowed_in_bulk(query, ACCOUNT_USER, &matches);

    if (error == 0 && !matches)
        error = ask_allowed_in_bulk(query, ACCOUNT_GROUP, &matches);
    if (matches)
        return error;
    for (size_t i = 0; i < lookup->count && error == 0; i++) {
        if (lookup->items[i].is_allowed)
            error = ask_allowed_item(query, i, &matches);
        if (matches && !lookup->is_for_every_bridge)
            break;
    }
    return error;
}

/*
 * For denies.
 */

/* Who is the caller? Without an account it may be any user, under an id that subuid(5) gives out. */
static int identify_caller(struct query *query, size_t item)
{
    const struct vmnetacl_caller *caller = query->lookup->caller;
    struct passwd entry, *found;
    int error = database_find_user(&query->database, NULL, caller->uid, &entry, &found);

    if (error != 0)
        return fail(query, item, LOOKUP_UID, caller->uid, error);
    if (found == NULL)
        return fail(query, item, LOOKUP_NO_ACCOUNT, caller->uid, EINVAL);
    query->login = strdup(entry.pw_name);
    if (query->login == NULL || add_groups(query, caller->groups, caller->groups_count) != 0 ||
        add_groups(query, &caller->gid, 1) != 0 || add_groups(query, &entry.pw_gid, 1) != 0)
        return ENOMEM;
    query->login_gid = entry.pw_gid;
    return 0;
}

/* Is the caller's name among these? */
static bool is_listed(const struct query *query, char *const *members)
{
    for (; *members != NULL; members++)
        if (strcmp(*members, query->login) == 0)
            return true;
    return false;
}

static int ask_denied_user(struct query *query, size_t item)
{
    struct worker_answer *answer = &query->answers[item];
    bool is_own_name = strcmp(query->lookup->items[item].name, query->login) == 0;
    char **members;
    int error = find_named(query, item, &members);

    if (error != 0)
        return fail(query, item, LOOKUP_USER, 0, error);
    answer->is_caller = is_own_name || (answer->state == ACCOUNT_KNOWN && answer->id == query->lookup->caller->uid);
    return 0;
}

/* A listed member is known even where getgrouplist(3) hides that a service is down. */
static int ask_denied_group(struct query *query, size_t item)
{
    struct worker_answer *answer = &query->answers[item];
    char **members;
    int error = find_named(query, item, &members);

    if (error != 0)
        return fail(query, item, LOOKUP_GROUP, 0, error);
    answer->is_caller = answer->state == ACCOUNT_KNOWN && (is_member(query, answer->id) || is_listed(query, members));
    return 0;
}

static int ask_denied_gid(struct query *query, size_t item)
{
    const gid_t gid = query->lookup->items[item].id;
    struct group entry, *found;
    int error = database_find_group(&query->database, NULL, gid, &entry, &found);

    if (error != 0)
        return fail(query, item, LOOKUP_GID, gid, error);
    query->answers[item] = (struct worker_answer){
        .state = ACCOUNT_KNOWN,
        .is_caller = is_member(query, gid) || (found != NULL && is_listed(query, entry.gr_mem)),
        .id = gid,
    };
    return 0;
}

/* Ask, or ask again. If the name now has another id, or none, the answers are not trusted: an error. */
static int ask_denied_item(struct query *query, size_t item)
{
    const enum account_kind kind = query->lookup->items[item].kind;
    const struct worker_answer before = query->answers[item], *now = &query->answers[item];
    int error = kind == ACCOUNT_USER    ? ask_denied_user(query, item)
                : kind == ACCOUNT_GROUP ? ask_denied_group(query, item)
                                        : ask_denied_gid(query, item);

    if (error == 0 && before.state == ACCOUNT_KNOWN && (now->state != ACCOUNT_KNOWN || now->id != before.id))
        error = fail(query, item, kind == ACCOUNT_USER ? LOOKUP_USER : LOOKUP_GROUP, 0, EAGAIN);
    return error;
}

/* May it still turn out that a deny for this group is about the caller? */
static bool is_in_doubt(const struct query *query, size_t item)
{
    const struct lookup_item *asked = &query->lookup->items[item];

    return asked->is_denied && asked->kind != ACCOUNT_USER && query->answers[item].is_caller == 0;
}

/* The first such item; count when there is none. */
static size_t find_doubt(const struct query *query)
{
    size_t item = 0;

    while (item < query->lookup->count && !is_in_doubt(query, item))
        item++;
    return item;
}

/* Add the groups of the user database. getgrouplist(3) does not report that a service is down. */
static int ask_memberships(struct query *query, size_t item)
{
    const uid_t uid = query->lookup->caller->uid;
    int capacity = 64;
    int count = capacity;
    int error = 0;
    gid_t *groups;

    do {
        capacity = count;
        groups = reallocarray(NULL, (size_t)capacity, sizeof *groups);
        if (groups == NULL)
            return ENOMEM;
        if (getgrouplist(query->login, query->login_gid, groups, &count) >= 0)
            error = add_groups(query, groups, (size_t)count);
        else if (count <= capacity) /* it does not lack room */
            error = fail(query, item, LOOKUP_MEMBERSHIPS, uid, EIO);
        else if (count > VMNETACL_GROUPS_MAX)
            error = fail(query, item, LOOKUP_MEMBERSHIPS, uid, E2BIG);
        free(groups);
    } while (error == 0 && count > capacity);
    for (size_t i = item; i < query->lookup->count && error == 0; i++)
        if (is_in_doubt(query, i) && query->answers[i].state == ACCOUNT_KNOWN)
            query->answers[i].is_caller = is_member(query, query->answers[i].id);
    return error;
}

/* Note the name of one of the caller's groups. Without a name it could be any unknown group. */
static int ask_name_of_group(struct query *query, gid_t gid)
{
    const struct lookup *lookup = query->lookup;
    struct group entry, *found;
    int error = database_find_group(&query->database, NULL, gid, &entry, &found);

    if (error != 0)
        return fail(query, find_doubt(query), LOOKUP_GID, gid, error);
    if (found != NULL) {
        size_t item = accounts_find(lookup->accounts, ACCOUNT_GROUP, entry.gr_name, strlen(entry.gr_name), 0);
        if (item < lookup->count && is_in_doubt(query, item))
            query->answers[item].is_caller = 1;
        return 0;
    }
    for (size_t i = 0; i < lookup->count; i++)
        if (is_in_doubt(query, i) && query->answers[i].state == ACCOUNT_ABSENT)
            return fail(query, i, LOOKUP_NAMELESS, gid, EINVAL);
    return 0;
}

/* Is a deny in doubt for a group whose name one of the caller's groups may have? */
static bool has_name_in_doubt(const struct query *query)
{
    for (size_t i = 0; i < query->lookup->count; i++)
        if (is_in_doubt(query, i) && query->lookup->items[i].kind == ACCOUNT_GROUP)
            return true;
    return false;
}

/* Settle the denies for groups that neither the credentials nor the lists of members have settled. 0 or an errno. */
static int ask_groups_in_doubt(struct query *query)
{
    const size_t count = query->lookup->count;
    int error = ask_memberships(query, find_doubt(query));

    /* Once more, and the groups by their names in between: neither a call that fails nor a service that ends or
       starts meanwhile loses a membership. */
    for (size_t i = 0; i < count && error == 0; i++)
        if (is_in_doubt(query, i))
            error = ask_denied_item(query, i);
    if (error == 0 && find_doubt(query) < count)
        error = ask_memberships(query, find_doubt(query));
    for (size_t i = 0; i < query->groups_count && error == 0 && has_name_in_doubt(query); i++)
        error = ask_name_of_group(query, query->groups[i]);
    return error;
}

/* 0 or an errno. */
static int ask_denied(struct query *query)
{
    const struct lookup *lookup = query->lookup;
    size_t first = 0;
    int error;

    while (first < lookup->count && !lookup->items[first].is_denied)
        first++;
    if (first == lookup->count)
        return 0;
    error = identify_caller(query, first);
    if (error == 0 && count_denied(query, ACCOUNT_USER) >= BULK_MIN)
        settle_local_accounts(query, ACCOUNT_USER);
    for (size_t i = first; i < lookup->count && error == 0; i++)
        if (lookup->items[i].is_denied && query->settlements[i] != SETTLED)
            error = ask_denied_item(query, i);
    return error == 0 && find_doubt(query) < lookup->count ? ask_groups_in_doubt(query) : error;
}

int query_run(const struct lookup *lookup, struct worker_answer *answers, struct lookup_failure *failure)
{
    struct query query = {.lookup = lookup, .answers = answers, .failure = failure};
    int error;

    *failure = (struct lookup_failure){.call = LOOKUP_NONE};
    query.settlements = calloc(lookup->count, sizeof *query.settlements);
    error = query.settlements != NULL ? ask_allowed(&query) : ENOMEM;
    if (error == 0)
        error = ask_denied(&query);
    database_free(&query.database);
    free(query.login);
    free(query.groups);
    free(query.settlements);
    return error;
}
