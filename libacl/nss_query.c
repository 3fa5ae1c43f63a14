/* SPDX-License-Identifier: MIT */
/* Runs in the worker alone, without privilege. */
#include "nss_query.h"

#include "nss_service.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)64 * 1024) /* of nsswitch.conf */

static_assert(SERVICE_NAME_MAX < WORKER_SERVICE_SIZE, "a service's name fits into an answer");

struct query {
    const struct lookup *lookup;
    struct worker_answer *answers;
    struct nss_failure *failure;
    struct service_buffer buffer;
    char *caller;                 /* his name; NULL: he has no account */
    struct service_groups groups; /* his, by the user database; the first is that of his entry */
    char nsswitch[TEXT_MAX];
    size_t nsswitch_len;
};

/* Since glibc 2.33 the last line goes for nothing if it does not end, and before it did not: what is asked is unknown. */
static bool has_torn_line(const struct query *query)
{
    static const char *const databases[] = {"passwd", "group", "initgroups"};
    const char *end = query->nsswitch + query->nsswitch_len;
    struct line line;

    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
        if (nsswitch_find(query->nsswitch, query->nsswitch_len, databases[i], &line) && line.end == end)
            return true;
    return false;
}

static int read_nsswitch(struct query *query)
{
    int fd = open("/etc/nsswitch.conf", O_RDONLY | O_CLOEXEC);
    ssize_t count = 1;
    int error = 0;

    if (fd < 0 && errno == ENOENT)
        fd = open("/usr/etc/nsswitch.conf", O_RDONLY | O_CLOEXEC); /* so glibc is patched by some distributions */
    if (fd < 0)
        return errno == ENOENT ? 0 : errno; /* then glibc asks files */
    while (count > 0 && query->nsswitch_len < TEXT_MAX) {
        count = read(fd, query->nsswitch + query->nsswitch_len, TEXT_MAX - query->nsswitch_len);
        if (count < 0)
            error = errno;
        else
            query->nsswitch_len += (size_t)count;
    }
    (void)close(fd); /* only read from: nothing to fail */
    if (query->nsswitch_len == TEXT_MAX)
        return EFBIG;
    return error == 0 && has_torn_line(query) ? EINVAL : error;
}

/* The services of a database, or only "files" when there is no line. */
static struct line find_services(const struct query *query, const char *database)
{
    static const char files[] = "files";
    struct line line = {.start = files, .at = files, .end = files + strlen(files)};

    (void)nsswitch_find(query->nsswitch, query->nsswitch_len, database, &line); /* then line stays as it is */
    return line;
}

/* What is asked of each service, with an outcome as in nss_service.h. */
typedef int question(struct query *query, const struct service *service, size_t item);

/*
 * Ask one service after the other, until one knows. 0, or SERVICE_NOBODY, only if each of those that come before has
 * answered: else the errno of the first that has not. Behind one that is down somebody else may have the same name.
 */
static int ask_services(struct query *query, const char *database, question *ask, size_t item)
{
    struct line line = find_services(query, database);
    struct service service = {.name = ""};
    int outcome = SERVICE_NOBODY;
    int first_error = 0;
    int error = 0;

    while (outcome != 0 && service_next(&line, &service, &error)) {
        outcome = ask(query, &service, item);
        if (outcome > 0 && first_error == 0) {
            first_error = outcome;
            memcpy(query->failure->service, service.name, sizeof service.name);
        }
        if (outcome == SERVICE_NOBODY && service.line.ends_on_notfound)
            break;
    }
    if (first_error == 0)
        first_error = error;
    if (first_error != 0)
        return first_error;
    return outcome == 0 ? 0 : SERVICE_NOBODY;
}

static int ask_user(struct query *query, const struct service *service, size_t item)
{
    struct passwd entry;
    int outcome = service_find_user(service, query->lookup->items[item].name, 0, &query->buffer, &entry);

    if (outcome == 0)
        query->answers[item] = (struct worker_answer){.is_known = 1, .id = entry.pw_uid};
    return outcome;
}

static int ask_group(struct query *query, const struct service *service, size_t item)
{
    struct group entry;
    int outcome = service_find_group(service, query->lookup->items[item].name, 0, &query->buffer, &entry);

    if (outcome == 0)
        query->answers[item] = (struct worker_answer){.is_known = 1, .id = entry.gr_gid};
    return outcome;
}

static int ask_caller(struct query *query, const struct service *service, size_t item)
{
    struct passwd entry;
    int outcome = service_find_user(service, NULL, query->lookup->uid, &query->buffer, &entry);

    (void)item; /* it is about none */
    if (outcome != 0)
        return outcome;
    query->caller = strdup(entry.pw_name); /* what it points to is overwritten */
    return query->caller != NULL ? service_groups_add(&query->groups, &entry.pw_gid, 1) : ENOMEM;
}

/* The groups in question, each asked for with its members. */
static int add_listed_groups(struct query *query, const struct service *service)
{
    for (size_t i = 0; i < query->lookup->count; i++) {
        struct group entry;
        int outcome = SERVICE_NOBODY;
        if (query->lookup->items[i].wants_membership && query->answers[i].is_known != 0)
            outcome = service_find_group(service, NULL, query->answers[i].id, &query->buffer, &entry);
        for (char **member = outcome == 0 ? entry.gr_mem : NULL; member != NULL && *member != NULL; member++)
            if (strcmp(*member, query->caller) == 0)
                outcome = service_groups_add(&query->groups, &entry.gr_gid, 1);
        if (outcome > 0)
            return outcome;
    }
    return SERVICE_PASSED;
}

static bool is_member(const struct query *query, gid_t gid)
{
    for (size_t i = 0; i < query->groups.count; i++)
        if (query->groups.list[i] == gid)
            return true;
    return false;
}

/* The answers that follow from the groups that are known so far. Is any still no? */
static bool note_memberships(struct query *query)
{
    bool is_in_doubt = false;

    for (size_t i = 0; i < query->lookup->count; i++) {
        struct worker_answer *answer = &query->answers[i];
        if (!query->lookup->items[i].wants_membership || answer->is_known == 0)
            continue;
        answer->is_member = is_member(query, answer->id);
        is_in_doubt = is_in_doubt || answer->is_member == 0;
    }
    return is_in_doubt;
}

/* 0 when no answer is in doubt any more, so that the other services need not be asked. */
static int ask_groups(struct query *query, const struct service *service, size_t item)
{
    int outcome = service_add_groups(service, query->caller, query->groups.list[0], &query->buffer, &query->groups);

    (void)item; /* it is about all */
    if (outcome == SERVICE_ASK_EACH)
        outcome = add_listed_groups(query, service);
    if (!note_memberships(query))
        return 0;
    return outcome == 0 ? SERVICE_PASSED : outcome; /* he is in groups, and may be in more */
}

/* Is there a line of its own for memberships? One without a service is none: it would put nobody into any group. */
static bool has_initgroups(const struct query *query)
{
    struct line line;
    struct service service = {.name = ""};
    int error = 0;

    return nsswitch_find(query->nsswitch, query->nsswitch_len, "initgroups", &line) &&
           (service_next(&line, &service, &error) || error != 0);
}

/*
 * Who has no account may be somebody who has: any user can take on the ids that subuid(5) gives him. So a deny that names
 * somebody is not passed by him.
 */
static int ask_memberships(struct query *query)
{
    int outcome = ask_services(query, "passwd", ask_caller, 0);

    if (outcome != 0)
        return outcome != SERVICE_NOBODY ? outcome : NSS_QUERY_STRANGER;
    if (!note_memberships(query))
        return 0;
    outcome = ask_services(query, has_initgroups(query) ? "initgroups" : "group", ask_groups, 0);
    /* One that cannot answer does not matter when another says that he is a member. */
    return outcome > 0 && note_memberships(query) ? outcome : 0;
}

/* Does a deny depend on any item? *first is then the first such. */
static bool has_deny(const struct lookup *lookup, size_t *first)
{
    for (*first = 0; *first < lookup->count; (*first)++)
        if (lookup->items[*first].is_denied)
            return true;
    return false;
}

static int ask_item(struct query *query, size_t item)
{
    const struct lookup_item *asked = &query->lookup->items[item];
    int outcome = 0;

    query->answers[item] = (struct worker_answer){.is_known = asked->kind == ACCOUNT_GID, .id = asked->id};
    if (asked->kind == ACCOUNT_USER)
        outcome = ask_services(query, "passwd", ask_user, item);
    else if (asked->kind == ACCOUNT_GROUP)
        outcome = ask_services(query, "group", ask_group, item);
    return outcome != SERVICE_NOBODY ? outcome : 0;
}

int nss_query(const struct lookup *lookup, struct worker_answer *answers, struct nss_failure *failure)
{
    struct query *query = calloc(1, sizeof *query);
    int error;

    *failure = (struct nss_failure){.item = 0};
    if (query == NULL)
        return ENOMEM;
    query->lookup = lookup;
    query->answers = answers;
    query->failure = failure;
    error = read_nsswitch(query);
    if (error == 0)
        error = service_begin();
    for (size_t i = 0; i < lookup->count && error == 0; i++) {
        failure->item = i;
        error = ask_item(query, i);
    }
    return error == 0 && has_deny(lookup, &failure->item) ? ask_memberships(query) : error;
}
