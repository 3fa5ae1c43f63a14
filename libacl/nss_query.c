/* SPDX-License-Identifier: MIT */
/*
 * Runs in the worker alone, without privilege. glibc: getpwnam_r(3) and its like return 0 without a result when the
 * last service that was asked knows nobody by the name, even if one before could not be asked, or is not there; and
 * getgrouplist(3) never tells. So, where the answer is no, each service is asked alone: with __nss_configure_lookup(),
 * by which getent(1) chooses services, and by the function that getgrouplist(3) would call.
 */
#include "nss_query.h"

#include "nsswitch.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_MIN  ((size_t)16 * 1024)
#define BUFFER_MAX  ((size_t)64 * 1024 * 1024) /* a group of a million members */
#define TEXT_MAX    ((size_t)64 * 1024)        /* of nsswitch.conf */
#define SERVICE_MAX 63                         /* bytes in the name of a service */

struct query {
    const struct lookup *lookup;
    struct worker_answer *answers;
    size_t *failed;
    char *buffer; /* for what a result points to */
    size_t buffer_size;
    char *caller;  /* his name; NULL: he has no account */
    gid_t *groups; /* his, by the user database */
    size_t groups_count;
    char nsswitch[TEXT_MAX];
    size_t nsswitch_len;
};

/* A function _nss_SERVICE_initgroups_dyn(), in the module of a service. */
typedef enum nss_status initgroups_function(const char *user, gid_t gid, long *start, long *size, gid_t **groups,
                                            long limit, int *error);

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
        errno = EIO; /* a service that cannot answer may leave it as it is, and 0 would be an answer */
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
        errno = EIO; /* a service that cannot answer may leave it as it is, and 0 would be an answer */
        error = name != NULL ? getgrnam_r(name, entry, query->buffer, query->buffer_size, found)
                             : getgrgid_r(gid, entry, query->buffer, query->buffer_size, found);
    } while (error == EINTR || (error != 0 && (error = grow_buffer(query, error)) == 0));
    return error;
}

/* Who the caller is to the user database, and his group there. 0, also when he has no account; or an errno. */
static int find_caller(struct query *query)
{
    struct passwd entry;
    struct passwd *found;
    int error = find_user(query, NULL, query->lookup->uid, &entry, &found);

    if (error != 0 || found == NULL)
        return error;
    query->caller = strdup(found->pw_name); /* what it points to is overwritten */
    query->groups = malloc(sizeof *query->groups);
    if (query->caller == NULL || query->groups == NULL)
        return ENOMEM;
    query->groups[0] = found->pw_gid;
    query->groups_count = 1;
    return 0;
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

/* In one way or another: does an answer rest on nobody's having said otherwise? */
typedef bool doubt_function(const struct lookup_item *item, const struct worker_answer *answer);

static bool any_in_doubt(const struct query *query, doubt_function *doubt)
{
    for (size_t i = 0; i < query->lookup->count; i++)
        if (doubt(&query->lookup->items[i], &query->answers[i])) {
            *query->failed = i;
            return true;
        }
    return false;
}

static bool user_is_in_doubt(const struct lookup_item *item, const struct worker_answer *answer)
{
    return item->kind == ACCOUNT_USER && answer->is_known == 0;
}

static bool group_is_in_doubt(const struct lookup_item *item, const struct worker_answer *answer)
{
    return item->kind == ACCOUNT_GROUP && answer->is_known == 0;
}

static bool membership_is_in_doubt(const struct lookup_item *item, const struct worker_answer *answer)
{
    return answer->is_known != 0 && item->wants_membership && answer->is_member == 0;
}

/* The services of a database, or only "files" when there is no line. */
static struct line find_services(const struct query *query, const char *database)
{
    static const char files[] = "files";
    struct line line = {.start = files, .at = files, .end = files + strlen(files)};

    (void)nsswitch_find(query->nsswitch, query->nsswitch_len, database, &line); /* then line stays as it is */
    return line;
}

/* As it is asked anyway, but not of nscd(8), whose memory may be older than a deny: it is for lines set by nobody. */
static int choose_all(const struct query *query, const char *database)
{
    struct line line = find_services(query, database);
    const char *services = strndup(line.at, line_len(&line)); /* stays until the process ends */

    if (services == NULL)
        return ENOMEM;
    return __nss_configure_lookup(database, services) == 0 ? 0 : EINVAL;
}

/* Ask for every name, as everybody does. */
static int ask_all(struct query *query)
{
    int error = choose_all(query, "passwd");

    if (error == 0)
        error = choose_all(query, "group");
    for (size_t i = 0; i < query->lookup->count && error == 0; i++) {
        *query->failed = i;
        error = ask_item(query, &query->lookup->items[i], &query->answers[i]);
    }
    return error;
}

/* One service of a line of nsswitch.conf. */
struct service {
    struct nsswitch_service line;
    char name[SERVICE_MAX + 1];
};

/* Its module, as the C library has loaded it or would; NULL when that cannot be, or when it is part of the library. */
static void *load_module(const struct service *service)
{
    char file[sizeof "libnss_.so.2" + SERVICE_MAX];

    (void)snprintf(file, sizeof file, "libnss_%s.so.2", service->name); /* always fits */
    return strcmp(service->name, "files") != 0 ? dlopen(file, RTLD_NOW | RTLD_LOCAL) : NULL;
}

/* Take the next service that is one. False behind the last, and with an errno in *error. */
static bool next_service(struct line *line, struct service *service, int *error)
{
    do {
        enum nsswitch_result result = nsswitch_next(line, &service->line);
        if (result == NSSWITCH_INVALID || service->line.name_len > SERVICE_MAX)
            *error = EINVAL;
        if (result == NSSWITCH_END || *error != 0)
            return false;
        memcpy(service->name, service->line.name, service->line.name_len);
        service->name[service->line.name_len] = '\0';
    } while (service->line.is_comment && load_module(service) == NULL);
    return true;
}

/* From now on this service alone is asked. */
static int choose_service(const char *database, const struct service *service)
{
    return __nss_configure_lookup(database, service->name) == 0 ? 0 : EINVAL;
}

/* Ask one service about the names that nobody knows so far. */
static int ask_service(struct query *query, doubt_function *doubt)
{
    int error = 0;

    for (size_t i = 0; i < query->lookup->count && error == 0; i++)
        if (doubt(&query->lookup->items[i], &query->answers[i])) {
            *query->failed = i;
            error = ask_item(query, &query->lookup->items[i], &query->answers[i]);
        }
    return error;
}

/* Ask each service alone about the names that nobody knows. */
static int ask_services(struct query *query, const char *database, doubt_function *doubt)
{
    struct line line = find_services(query, database);
    struct service service = {.name = ""};
    int error = 0;

    while (any_in_doubt(query, doubt) && next_service(&line, &service, &error)) {
        error = choose_service(database, &service);
        if (error == 0)
            error = ask_service(query, doubt);
        if (error != 0 || service.line.ends_on_notfound)
            return error;
    }
    return error;
}

/* Ask each service alone who the caller is, whom nobody knows: then he is in no group. */
static int ask_services_for_caller(struct query *query)
{
    struct line line = find_services(query, "passwd");
    struct service service = {.name = ""};
    int error = 0;

    while (query->caller == NULL && next_service(&line, &service, &error)) {
        error = choose_service("passwd", &service);
        if (error == 0)
            error = find_caller(query);
        if (error != 0 || service.line.ends_on_notfound)
            return error;
    }
    return error;
}

/* NULL when the service has none, as "files" of the C library itself. */
static initgroups_function *find_initgroups(const struct service *service)
{
    char symbol[sizeof "_nss__initgroups_dyn" + SERVICE_MAX];
    void *module = load_module(service);

    (void)snprintf(symbol, sizeof symbol, "_nss_%s_initgroups_dyn", service->name); /* always fits */
    return (initgroups_function *)(uintptr_t)(module != NULL ? dlsym(module, symbol) : NULL);
}

/* Ask the service for the caller's groups, all of which are added to those that are known. */
static int add_memberships(struct query *query, const struct service *service, initgroups_function *initgroups,
                           bool *is_notfound)
{
    long count = 0;
    long size = 64;
    gid_t *groups = calloc((size_t)size, sizeof *groups);
    gid_t *all;
    int error = EIO; /* a service that cannot answer may leave it as it is */
    enum nss_status status;

    if (groups == NULL)
        return ENOMEM;
    status = initgroups(query->caller, query->groups[0], &count, &size, &groups, -1, &error);
    /* It says so where no systemd runs: it has nobody to ask, and nobody is known. From others it means nothing. */
    if (status == NSS_STATUS_UNAVAIL && error == ESRCH && strcmp(service->name, "systemd") == 0)
        status = NSS_STATUS_NOTFOUND;
    if (status < NSS_STATUS_TRYAGAIN || status > NSS_STATUS_RETURN)
        _exit(EXIT_FAILURE); /* the C library would abort(3) */
    *is_notfound = status == NSS_STATUS_NOTFOUND;
    if (status != NSS_STATUS_SUCCESS && status != NSS_STATUS_NOTFOUND)
        return error != 0 ? error : EIO;
    if (count < 0 || query->groups_count + (size_t)count > VMNETACL_GROUPS_MAX)
        return EOVERFLOW; /* more than a process can have */
    all = reallocarray(query->groups, query->groups_count + (size_t)count, sizeof *all);
    if (all == NULL)
        return ENOMEM;
    if (count > 0)
        memcpy(all + query->groups_count, groups, (size_t)count * sizeof *all);
    query->groups = all;
    query->groups_count += (size_t)count;
    return 0;
}

/* Of a service without such a function: is the caller among the members of these groups? */
static int add_listed_memberships(struct query *query, const struct service *service)
{
    struct group entry;
    struct group *found;
    int error = choose_service("group", service);

    for (size_t i = 0; i < query->lookup->count && error == 0; i++) {
        struct worker_answer *answer = &query->answers[i];
        if (!membership_is_in_doubt(&query->lookup->items[i], answer))
            continue;
        *query->failed = i;
        error = find_group(query, NULL, answer->id, &entry, &found);
        for (char **member = found != NULL ? found->gr_mem : NULL; member != NULL && *member != NULL; member++)
            if (strcmp(*member, query->caller) == 0)
                answer->is_member = 1;
    }
    return error;
}

/* The answers that follow from the groups that are known so far. */
static void note_memberships(struct query *query)
{
    for (size_t i = 0; i < query->lookup->count; i++)
        if (membership_is_in_doubt(&query->lookup->items[i], &query->answers[i]))
            query->answers[i].is_member = is_member(query, query->answers[i].id);
}

/*
 * As getgrouplist(3) asks, but for what a service says: of each one until nothing is in doubt, or there are no more. One
 * that cannot answer does not matter when another says that he is a member.
 */
static int ask_services_for_groups(struct query *query)
{
    struct line line;
    struct service service = {.name = ""};
    bool has_line = nsswitch_find(query->nsswitch, query->nsswitch_len, "initgroups", &line);
    bool is_notfound = false;
    int first_error = 0;
    int error = 0;

    line = find_services(query, has_line ? "initgroups" : "group");
    note_memberships(query);
    while (any_in_doubt(query, membership_is_in_doubt) && !(is_notfound && service.line.ends_on_notfound) &&
           next_service(&line, &service, &error)) {
        initgroups_function *initgroups = find_initgroups(&service);
        is_notfound = false;
        error = initgroups != NULL ? add_memberships(query, &service, initgroups, &is_notfound)
                                   : add_listed_memberships(query, &service);
        note_memberships(query);
        first_error = first_error != 0 ? first_error : error;
        error = 0;
    }
    if (!any_in_doubt(query, membership_is_in_doubt))
        return 0;
    return first_error != 0 ? first_error : error;
}

static int ask_memberships(struct query *query)
{
    int error = choose_all(query, "passwd");

    if (error == 0)
        error = find_caller(query);
    if (error == 0 && query->caller == NULL)
        error = ask_services_for_caller(query);
    if (error != 0 || query->caller == NULL)
        return error;
    return ask_services_for_groups(query);
}

int nss_query(const struct lookup *lookup, struct worker_answer *answers, size_t *failed)
{
    struct query *query = calloc(1, sizeof *query);
    int error;

    if (query == NULL)
        return ENOMEM;
    query->lookup = lookup;
    query->answers = answers;
    query->failed = failed;
    query->buffer_size = BUFFER_MIN;
    query->buffer = malloc(query->buffer_size);
    if (query->buffer == NULL)
        return ENOMEM;
    error = read_nsswitch(query);
    if (error == 0)
        error = ask_all(query);
    if (error == 0)
        error = ask_services(query, "passwd", user_is_in_doubt);
    if (error == 0)
        error = ask_services(query, "group", group_is_in_doubt);
    if (error == 0 && any_in_doubt(query, membership_is_in_doubt))
        error = ask_memberships(query);
    return error;
}
