/* SPDX-License-Identifier: MIT */
/* Runs in the worker alone, without privilege. Calls foreign code. */
#include "nss_service.h"

#include <dlfcn.h>
#include <errno.h>
#include <nss.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER_MIN ((size_t)16 * 1024)
#define BUFFER_MAX ((size_t)64 * 1024 * 1024) /* a group of a million members */

#define FILES       "files"
#define FILES_GROUP "/etc/group"

/* Functions of a module; their names are made of the service's. */
typedef enum nss_status user_by_name(const char *name, struct passwd *entry, char *buffer, size_t size, int *error);
typedef enum nss_status user_by_uid(uid_t uid, struct passwd *entry, char *buffer, size_t size, int *error);
typedef enum nss_status group_by_name(const char *name, struct group *entry, char *buffer, size_t size, int *error);
typedef enum nss_status group_by_gid(gid_t gid, struct group *entry, char *buffer, size_t size, int *error);
typedef enum nss_status groups_of_user(const char *user, gid_t gid, long *start, long *size, gid_t **groups, long limit,
                                       int *error);

static bool is_called(const struct service *service, const char *name)
{
    return strcmp(service->name, name) == 0;
}

static bool is_files(const struct service *service)
{
    return is_called(service, FILES);
}

int service_begin(void)
{
    return __nss_configure_lookup("passwd", FILES) == 0 && __nss_configure_lookup("group", FILES) == 0 ? 0 : EINVAL;
}

/* As the C library has loaded it or would. */
static void *load_module(const struct service *service)
{
    char file[sizeof "libnss_.so.2" + SERVICE_NAME_MAX];

    (void)snprintf(file, sizeof file, "libnss_%s.so.2", service->name); /* always fits */
    return is_files(service) ? NULL : dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

bool service_next(struct line *line, struct service *service, int *error)
{
    do {
        enum nsswitch_result result = nsswitch_next(line, &service->line);
        if (result == NSSWITCH_INVALID || service->line.name_len > SERVICE_NAME_MAX)
            *error = EINVAL;
        if (result == NSSWITCH_END || *error != 0)
            return false;
        memcpy(service->name, service->line.name, service->line.name_len);
        service->name[service->line.name_len] = '\0';
        service->module = load_module(service);
    } while (service->line.is_comment && service->module == NULL && !is_files(service));
    return true;
}

/* A function of the module; NULL when it has none, and then the service knows nobody in this way. */
static void *find_function(const struct service *service, const char *function)
{
    char symbol[sizeof "_nss__initgroups_dyn" + SERVICE_NAME_MAX];

    (void)snprintf(symbol, sizeof symbol, "_nss_%s_%s", service->name, function); /* always fits */
    return dlsym(service->module, symbol);
}

/* Make the buffer, or make it larger. 0; ERANGE when it is as large as it may be; or ENOMEM. */
static int grow_buffer(struct service_buffer *buffer)
{
    size_t size = buffer->size > 0 ? buffer->size * 2 : BUFFER_MIN;
    char *bytes;

    if (size > BUFFER_MAX)
        return ERANGE;
    bytes = realloc(buffer->bytes, size);
    if (bytes == NULL)
        return ENOMEM;
    buffer->bytes = bytes;
    buffer->size = size;
    return 0;
}

/* Is the call to be made again, in a larger buffer or as it was? If not, *error is what it has failed with. */
static bool is_again(int *error, struct service_buffer *buffer)
{
    if (*error != ERANGE)
        return *error == EINTR;
    *error = grow_buffer(buffer);
    return *error == 0;
}

/* A connection to the server of a service, made before it is asked. */
struct witness {
    int fd;    /* -1: none */
    int error; /* why it could not be made */
};

/*
 * The client of sssd(8) says that it knows nobody when it cannot ask its server, if it was built with
 * --enable-sss-default-nss-plugin, as by some distributions. So its "nobody" counts only if the server was there before,
 * and was not restarted meanwhile: then a connection that nothing is said on is still open.
 */
static struct witness begin_asking(const struct service *service)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/var/lib/sss/pipes/nss"};
    struct witness witness = {.fd = -1};

    if (!is_called(service, "sss"))
        return witness;
    witness.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (witness.fd < 0 || connect(witness.fd, (const struct sockaddr *)&address, sizeof address) != 0)
        witness.error = errno;
    return witness;
}

/* 0, or an errno: "nobody" is no answer. */
static int end_asking(struct witness witness)
{
    struct pollfd about = {.fd = witness.fd, .events = POLLRDHUP}; /* POLLHUP and POLLERR come unasked */
    int count;

    if (witness.fd < 0)
        return witness.error;
    count = witness.error == 0 ? poll(&about, 1, 0) : 0;
    if (count < 0)
        witness.error = errno;
    else if (count > 0)
        witness.error = ECONNRESET;
    (void)close(witness.fd); /* nothing was sent: nothing to fail */
    return witness.error;
}

/* What comes before every question: room for an entry, and the module's function; "files" has none. 0, or an outcome. */
static int prepare(const struct service *service, const char *name, struct service_buffer *buffer, void **function)
{
    *function = NULL;
    if (buffer->size == 0 && grow_buffer(buffer) != 0)
        return ENOMEM;
    if (is_files(service))
        return 0;
    if (service->module == NULL)
        return ELIBACC;
    *function = find_function(service, name);
    return *function != NULL ? 0 : SERVICE_PASSED;
}

/* The outcome of what a function returned, and of what it left in the errno that it was given. */
static int judge(const struct service *service, enum nss_status status, int error, struct witness witness)
{
    int witness_error = end_asking(witness);

    if (status < NSS_STATUS_TRYAGAIN || status > NSS_STATUS_SUCCESS)
        _exit(EXIT_FAILURE); /* the C library would abort(3) */
    if (status == NSS_STATUS_SUCCESS)
        return 0;
    if (status == NSS_STATUS_NOTFOUND)
        return witness_error != 0 ? witness_error : SERVICE_NOBODY;
    /* So says libnss_systemd where no systemd runs: there is nobody to ask, and nobody is known. */
    if (status == NSS_STATUS_UNAVAIL && error == ESRCH && is_called(service, "systemd"))
        return SERVICE_PASSED;
    return error > 0 ? error : EIO; /* no answer, and maybe no reason */
}

/* The same for a call of the C library, which asks "files". */
static int judge_files(int error, const void *found)
{
    if (error != 0)
        return error;
    return found != NULL ? 0 : SERVICE_NOBODY;
}

static int find_user_in_files(const char *name, uid_t uid, struct service_buffer *buffer, struct passwd *entry)
{
    struct passwd *found;
    int error;

    do {
        found = NULL;
        error = name != NULL ? getpwnam_r(name, entry, buffer->bytes, buffer->size, &found)
                             : getpwuid_r(uid, entry, buffer->bytes, buffer->size, &found);
    } while (is_again(&error, buffer));
    return judge_files(error, found);
}

static int find_group_in_files(const char *name, gid_t gid, struct service_buffer *buffer, struct group *entry)
{
    struct group *found;
    int error;

    do {
        found = NULL;
        error = name != NULL ? getgrnam_r(name, entry, buffer->bytes, buffer->size, &found)
                             : getgrgid_r(gid, entry, buffer->bytes, buffer->size, &found);
    } while (is_again(&error, buffer));
    return judge_files(error, found);
}

int service_find_user(const struct service *service, const char *name, uid_t uid, struct service_buffer *buffer,
                      struct passwd *entry)
{
    void *function;
    struct witness witness;
    enum nss_status status;
    int error = prepare(service, name != NULL ? "getpwnam_r" : "getpwuid_r", buffer, &function);

    if (error != 0)
        return error;
    if (is_files(service))
        return find_user_in_files(name, uid, buffer, entry);
    witness = begin_asking(service);
    do {
        errno = 0; /* as the C library has it, which gives them errno itself: they may set either */
        status = name != NULL ? ((user_by_name *)(uintptr_t)function)(name, entry, buffer->bytes, buffer->size, &errno)
                              : ((user_by_uid *)(uintptr_t)function)(uid, entry, buffer->bytes, buffer->size, &errno);
        error = errno;
    } while (status == NSS_STATUS_TRYAGAIN && is_again(&error, buffer));
    return judge(service, status, error, witness);
}

int service_find_group(const struct service *service, const char *name, gid_t gid, struct service_buffer *buffer,
                       struct group *entry)
{
    void *function;
    struct witness witness;
    enum nss_status status;
    int error = prepare(service, name != NULL ? "getgrnam_r" : "getgrgid_r", buffer, &function);

    if (error != 0)
        return error;
    if (is_files(service))
        return find_group_in_files(name, gid, buffer, entry);
    witness = begin_asking(service);
    do {
        errno = 0;
        status = name != NULL ? ((group_by_name *)(uintptr_t)function)(name, entry, buffer->bytes, buffer->size, &errno)
                              : ((group_by_gid *)(uintptr_t)function)(gid, entry, buffer->bytes, buffer->size, &errno);
        error = errno;
    } while (status == NSS_STATUS_TRYAGAIN && is_again(&error, buffer));
    return judge(service, status, error, witness);
}

int service_groups_add(struct service_groups *groups, const gid_t *list, size_t count)
{
    gid_t *grown;

    if (groups->count + count > VMNETACL_GROUPS_MAX)
        return EOVERFLOW; /* more than a process can have */
    if (count == 0)
        return 0;
    grown = reallocarray(groups->list, groups->count + count, sizeof *grown);
    if (grown == NULL)
        return ENOMEM;
    memcpy(grown + groups->count, list, count * sizeof *list);
    groups->list = grown;
    groups->count += count;
    return 0;
}

/* A gid may stand in several lines, of which getgrgid_r(3) gives one: so every line is looked at. */
static int add_groups_of_files(const char *user, struct service_buffer *buffer, struct service_groups *groups)
{
    FILE *file = fopen(FILES_GROUP, "re");
    struct group entry;
    struct group *found = NULL;
    size_t count_before = groups->count;
    int error = 0;

    if (file == NULL)
        return errno;
    while (error == 0 && (error = fgetgrent_r(file, &entry, buffer->bytes, buffer->size, &found)) != ENOENT) {
        if (error != 0 && is_again(&error, buffer)) { /* before glibc 2.32, a part of the line would be lost */
            groups->count = count_before;
            error = fseek(file, 0, SEEK_SET) == 0 ? 0 : errno;
            continue;
        }
        for (char **member = entry.gr_mem; error == 0 && *member != NULL; member++)
            if (strcmp(*member, user) == 0)
                error = service_groups_add(groups, &entry.gr_gid, 1);
    }
    if (error == ENOENT && ferror(file) == 0)
        error = groups->count > count_before ? 0 : SERVICE_NOBODY;
    else if (error == ENOENT)
        error = EIO;
    (void)fclose(file); /* only read from: nothing to fail */
    return error;
}

int service_add_groups(const struct service *service, const char *user, gid_t gid, struct service_buffer *buffer,
                       struct service_groups *groups)
{
    void *function;
    long count = 0;
    long size = 64;
    gid_t *list;
    struct witness witness;
    enum nss_status status;
    int outcome = prepare(service, "initgroups_dyn", buffer, &function);
    int error;

    if (outcome != 0) /* without a function, the C library would go through all of the service's groups */
        return outcome == SERVICE_PASSED ? SERVICE_ASK_EACH : outcome;
    if (is_files(service))
        return add_groups_of_files(user, buffer, groups);
    list = calloc((size_t)size, sizeof *list);
    if (list == NULL)
        return ENOMEM;
    witness = begin_asking(service);
    errno = 0;
    status = ((groups_of_user *)(uintptr_t)function)(user, gid, &count, &size, &list, -1, &errno);
    outcome = judge(service, status, errno, witness);
    /* What there was before it failed counts as well. */
    error = count < 0 ? EOVERFLOW : service_groups_add(groups, list, (size_t)count);
    if (outcome > 0 || error != 0)
        return outcome > 0 ? outcome : error;
    /* That of libnss_compat does not tell of a service behind it that is down. */
    return is_called(service, "compat") ? SERVICE_ASK_EACH : outcome;
}
