/* SPDX-License-Identifier: MIT */
/*
 * Runs in the worker alone, without privilege. glibc: getpwnam_r(3) and its like return 0 without a result when the
 * last service that was asked knows nobody by the name, even if one before could not be asked; and getgrouplist(3) never
 * tells. __nss_configure_lookup(), with which getent(1) chooses services, is in <nss.h>.
 */
#include "nss_query.h"

#include "nsswitch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_MIN ((size_t)16 * 1024)
#define BUFFER_MAX ((size_t)64 * 1024 * 1024) /* a group of a million members */
#define TEXT_MAX   ((size_t)64 * 1024)        /* of nsswitch.conf */

#define GROUPS_USUAL 256 /* room that nearly all users do with */

#define FAULTS_RETURN "UNAVAIL=return TRYAGAIN=return"
#define ALL_ARE_ASKED "SUCCESS=continue NOTFOUND=continue " FAULTS_RETURN

struct query {
    char *buffer; /* for what a result points to */
    size_t buffer_size;
    gid_t *groups; /* the caller's, by the user database */
    size_t groups_count;
    bool caller_is_known;
    char nsswitch[TEXT_MAX];
    size_t nsswitch_len;
};

/* Double the buffer after an ERANGE. Else the errno is the answer. */
static int grow_buffer(struct query *query, int error)
{
    char *grown;

    if (error != ERANGE || query->buffer_size >= BUFFER_MAX)
        return error;
    query->buffer_size *= 2;
    grown = realloc(query->buffer, query->buffer_size);
    if (grown == NULL)
        return ENOMEM;
    query->buffer = grown;
    return 0;
}

/* Each 0 or an errno. 0 with NULL in *found: nobody is called so. */
static int find_user(struct query *query, const char *name, uid_t uid, struct passwd *entry, struct passwd **found)
{
    int error;

    do {
        *found = NULL;
        error = name != NULL ? getpwnam_r(name, entry, query->buffer, query->buffer_size, found)
                             : getpwuid_r(uid, entry, query->buffer, query->buffer_size, found);
    } while (error == EINTR || (error != 0 && (error = grow_buffer(query, error)) == 0));
    return error;
}

static int find_group(struct query *query, const char *name, gid_t gid, struct group *entry, struct group **found)
{
    int error;

    do {
        *found = NULL;
        error = name != NULL ? getgrnam_r(name, entry, query->buffer, query->buffer_size, found)
                             : getgrgid_r(gid, entry, query->buffer, query->buffer_size, found);
    } while (error == EINTR || (error != 0 && (error = grow_buffer(query, error)) == 0));
    return error;
}

/* getgrouplist(3) into room for so many. 0; ERANGE when there are more; another errno. */
static int list_groups(struct query *query, const struct passwd *user, int room)
{
    int count = room;
    gid_t *groups = reallocarray(query->groups, (size_t)room, sizeof *groups);

    if (groups == NULL)
        return ENOMEM;
    query->groups = groups;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
        return ERANGE;
    query->groups_count = (size_t)count;
    return 0;
}

/* The groups of the caller's account. One that is not known has none. */
static int find_memberships(struct query *query, uid_t uid)
{
    struct passwd entry;
    struct passwd *found;
    int error = find_user(query, NULL, uid, &entry, &found);

    query->caller_is_known = found != NULL;
    if (error != 0 || found == NULL)
        return error;
    error = list_groups(query, found, GROUPS_USUAL);
    if (error == ERANGE)
        error = list_groups(query, found, VMNETACL_GROUPS_MAX);
    return error != ERANGE ? error : EOVERFLOW; /* more than a process can have */
}

static bool is_member(const struct query *query, gid_t gid)
{
    for (size_t i = 0; i < query->groups_count; i++)
        if (query->groups[i] == gid)
            return true;
    return false;
}

static int ask_item(struct query *query, const struct lookup_item *item, struct worker_answer *answer)
{
    struct passwd user;
    struct passwd *found_user = NULL;
    struct group group;
    struct group *found_group = NULL;
    int error = 0;

    if (item->kind == ACCOUNT_USER)
        error = find_user(query, item->name, 0, &user, &found_user);
    else if (item->kind == ACCOUNT_GROUP)
        error = find_group(query, item->name, 0, &group, &found_group);
    answer->is_known = found_user != NULL || found_group != NULL || item->kind == ACCOUNT_GID;
    if (found_user != NULL)
        answer->id = user.pw_uid;
    else if (found_group != NULL)
        answer->id = group.gr_gid;
    else
        answer->id = item->id;
    return error;
}

static int read_nsswitch(struct query *query)
{
    int fd = open("/etc/nsswitch.conf", O_RDONLY | O_CLOEXEC);
    ssize_t count = 1;
    int error = 0;

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
    return query->nsswitch_len < TEXT_MAX ? error : EFBIG;
}

/* From now on the database is asked by the line of from, with these actions. 0, EINVAL, or ENOENT: no such line. */
static int configure(const struct query *query, const char *database, const char *from, const char *actions)
{
    char line[NSSWITCH_LINE_SIZE];
    bool is_optional = strcmp(from, "initgroups") == 0;
    bool keeps_actions = strcmp(actions, ALL_ARE_ASKED) != 0;

    if (!nsswitch_make_line(query->nsswitch, query->nsswitch_len, from, is_optional, keeps_actions, actions, line))
        return is_optional ? ENOENT : EINVAL;
    return __nss_configure_lookup(database, line) == 0 ? 0 : EINVAL;
}

static int configure_both(const struct query *query, const char *actions)
{
    int error = configure(query, "passwd", "passwd", actions);

    return error != 0 ? error : configure(query, "group", "group", actions);
}

/* Can every service that knows memberships be asked? Whether there is a group 0 does not matter. */
static int check_membership_services(struct query *query)
{
    struct group entry;
    struct group *found;
    int error = configure(query, "group", "initgroups", ALL_ARE_ASKED);

    if (error == ENOENT) /* then it is that of group */
        error = configure(query, "group", "group", ALL_ARE_ASKED);
    return error != 0 ? error : find_group(query, NULL, 0, &entry, &found);
}

/* Does an answer rest on nobody's having said otherwise? */
static bool is_in_doubt(const struct lookup_item *item, const struct worker_answer *answer)
{
    return answer->is_known == 0 || (item->wants_membership && answer->is_member == 0);
}

/* Ask the first time, as everybody does, but for nscd(8): a line that was set by hand is not asked of it. */
static int ask_all(struct query *query, const struct lookup *lookup, struct worker_answer *answers, size_t *failed)
{
    bool memberships_are_known = false;
    int error = configure_both(query, "");

    for (size_t i = 0; i < lookup->count && error == 0; i++) {
        const struct lookup_item *item = &lookup->items[i];
        *failed = i;
        if (item->wants_membership && !memberships_are_known) {
            memberships_are_known = true;
            error = find_memberships(query, lookup->uid);
        }
        if (error == 0)
            error = ask_item(query, item, &answers[i]);
        if (error == 0 && item->wants_membership && answers[i].is_known != 0)
            answers[i].is_member = is_member(query, answers[i].id);
    }
    return error;
}

/* Ask again where the answer was no, of services that must answer. */
static int ask_doubtful(struct query *query, const struct lookup *lookup, struct worker_answer *answers, size_t *failed)
{
    bool memberships_are_checked = false;
    int error = configure_both(query, FAULTS_RETURN);

    for (size_t i = 0; i < lookup->count && error == 0; i++) {
        *failed = i;
        if (answers[i].is_known == 0)
            error = ask_item(query, &lookup->items[i], &answers[i]);
        if (answers[i].is_known != 0 && lookup->items[i].wants_membership && answers[i].is_member == 0)
            answers[i].is_member = is_member(query, answers[i].id);
    }
    for (size_t i = 0; i < lookup->count && error == 0 && !memberships_are_checked; i++) {
        struct passwd entry;
        struct passwd *found = NULL;
        if (!lookup->items[i].wants_membership || !is_in_doubt(&lookup->items[i], &answers[i]))
            continue;
        *failed = i;
        memberships_are_checked = true;
        if (!query->caller_is_known)
            error = find_user(query, NULL, lookup->uid, &entry, &found);
        if (error == 0 && !query->caller_is_known && found != NULL)
            error = EAGAIN; /* he was not there a moment ago, and his groups were not asked for */
        if (error == 0)
            error = check_membership_services(query);
    }
    return error;
}

int nss_query(const struct lookup *lookup, struct worker_answer *answers, size_t *failed)
{
    struct query *query = calloc(1, sizeof *query);
    bool any_in_doubt = false;
    int error;

    if (query == NULL)
        return ENOMEM;
    query->buffer_size = BUFFER_MIN;
    query->buffer = malloc(query->buffer_size);
    error = query->buffer != NULL ? read_nsswitch(query) : ENOMEM;
    if (error == 0)
        error = ask_all(query, lookup, answers, failed);
    for (size_t i = 0; i < lookup->count; i++)
        any_in_doubt = any_in_doubt || is_in_doubt(&lookup->items[i], &answers[i]);
    if (error != 0 || !any_in_doubt)
        return error;
    return ask_doubtful(query, lookup, answers, failed);
}
