/* SPDX-License-Identifier: MIT */
/*
 * The questions to the name service, in the test's own process, with services of the test's. Real modules are asked in
 * tests/names.
 */
#include "nss_query.h"
#include "nss_service.h"
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONF_FD   1000
#define SOCKET_FD 1001
#define CALLER    4242

enum kind {
    USER,
    GROUP
};

struct entry {
    enum kind kind;
    const char *name;
    uint32_t id;
    const char *member; /* of a group */
};

/* "files" is part of the C library, the others have modules. */
struct fake_service {
    const char *name;
    struct entry entries[5];
    gid_t groups[4];        /* of the caller; 0: none more */
    long groups_count;      /* instead of how many these are; 0: as many */
    bool has_initgroups;    /* its function for that; without, it says nothing of them */
    bool has_nothing;       /* none of the others */
    bool fails_by_id;       /* to look up a group, with EIO */
    int error;              /* errno of every answer */
    enum nss_status status; /* of every answer; 0, with an error: UNAVAIL */
};

/* A world of services, and what becomes of calls in it. */
struct world {
    const char *nsswitch; /* NULL: there is no such file */
    struct fake_service services[3];
    bool is_in_usr; /* that file is in /usr/etc */
    int open_errno, read_errno;
    size_t read_step;                              /* bytes at once; 0: all */
    int configure_fails;                           /* the n-th call, from 1 */
    int ranges;                                    /* so many questions answer ERANGE first */
    int interrupts;                                /* or EINTR */
    int fopen_errno, fgetgrent_errno, fseek_errno; /* of /etc/group */
    bool ferror;
    int group_interrupts;                        /* behind the first line of it */
    int socket_errno, connect_errno, poll_errno; /* to sssd(8) */
    bool server_restarts;                        /* that of it, while it is asked */
    bool nobody_denied;                          /* no deny depends on what is asked */
};

/* Called by a sanitizer before it has begun to watch over memory. */
#define EARLY __attribute__((no_sanitize("address")))

/* Else all calls are done: sanitizers, and what counts the lines that ran, make some of their own. */
static bool is_running;
static struct world world;
static size_t allocations, failing_allocation;
static const char *conf_left;
static int configure_calls;
static int opens;          /* of nsswitch.conf */
static size_t group_lines; /* of /etc/group that were read */
static struct fake_service *module;
static bool socket_is_open;
static char group_file; /* stands for a FILE */
static jmp_buf ended;

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __real_read(int fd, void *bytes, size_t len);
ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_socket(int domain, int type, int protocol);
int __real_socket(int domain, int type, int protocol);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t address_len);
int __real_connect(int fd, const struct sockaddr *address, socklen_t address_len);
int __wrap_poll(struct pollfd *about, nfds_t count, int timeout_ms);
int __real_poll(struct pollfd *about, nfds_t count, int timeout_ms);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__real_fopen(const char *path, const char *mode);
int __wrap_fgetgrent_r(FILE *file, struct group *entry, char *buffer, size_t size, struct group **found);
int __wrap_fseek(FILE *file, long offset, int whence);
int __real_fseek(FILE *file, long offset, int whence);
int __wrap_ferror(FILE *file);
int __real_ferror(FILE *file);
int __wrap_fclose(FILE *file);
int __real_fclose(FILE *file);
int __wrap___nss_configure_lookup(const char *database, const char *services);
int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found);
int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found);
void *__wrap_dlopen(const char *file, int mode);
void *__real_dlopen(const char *file, int mode);
void *__wrap_dlsym(void *handle, const char *symbol) EARLY;
void *__real_dlsym(void *handle, const char *symbol);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__real_strdup(const char *text);
_Noreturn void __wrap__exit(int code);
_Noreturn void __real__exit(int code);

/* A sanitizer is told that what the worker leaves behind is no leak. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static bool allocation_fails(void)
{
    return is_running && ++allocations == failing_allocation;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return allocation_fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    return allocation_fails() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *text)
{
    return allocation_fails() ? NULL : __real_strdup(text);
}

_Noreturn void __wrap__exit(int code)
{
    if (!is_running)
        __real__exit(code);
    longjmp(ended, code);
}

int __wrap_open(const char *path, int flags, ...)
{
    if (!is_running)
        return __real_open(path, flags, 0644);
    errno = world.open_errno != 0 ? world.open_errno : ENOENT;
    if (++opens == 1 && world.is_in_usr) {
        assert_string_equal(path, "/etc/nsswitch.conf");
        return -1;
    }
    assert_string_equal(path, opens == 1 ? "/etc/nsswitch.conf" : "/usr/etc/nsswitch.conf");
    conf_left = world.nsswitch;
    return world.open_errno != 0 || world.nsswitch == NULL ? -1 : CONF_FD;
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    size_t count;

    if (!is_running)
        return __real_read(fd, bytes, len);
    assert_int_equal(fd, CONF_FD);
    if (world.read_errno != 0) {
        errno = world.read_errno;
        return -1;
    }
    count = strlen(conf_left) < len ? strlen(conf_left) : len;
    count = world.read_step != 0 && world.read_step < count ? world.read_step : count;
    memcpy(bytes, conf_left, count);
    conf_left += count;
    return (ssize_t)count;
}

ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size)
{
    assert_true(len <= bytes_size);
    return __wrap_read(fd, bytes, len);
}

int __wrap_close(int fd)
{
    if (fd == SOCKET_FD) {
        assert_true(socket_is_open);
        socket_is_open = false;
    }
    return fd == CONF_FD || fd == SOCKET_FD ? 0 : __real_close(fd);
}

int __wrap_socket(int domain, int type, int protocol)
{
    if (!is_running)
        return __real_socket(domain, type, protocol);
    assert_int_equal(domain, AF_UNIX);
    assert_false(socket_is_open);
    errno = world.socket_errno;
    socket_is_open = world.socket_errno == 0;
    return socket_is_open ? SOCKET_FD : -1;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t address_len)
{
    if (!is_running)
        return __real_connect(fd, address, address_len);
    assert_int_equal(fd, SOCKET_FD);
    errno = world.connect_errno;
    return world.connect_errno != 0 ? -1 : 0;
}

int __wrap_poll(struct pollfd *about, nfds_t count, int timeout_ms)
{
    if (!is_running)
        return __real_poll(about, count, timeout_ms);
    assert_true(about->fd == SOCKET_FD && socket_is_open && count == 1 && timeout_ms == 0);
    assert_int_equal(about->events, POLLRDHUP);
    errno = world.poll_errno;
    return world.poll_errno != 0 ? -1 : world.server_restarts ? 1 : 0;
}

int __wrap___nss_configure_lookup(const char *database, const char *services)
{
    assert_true(strcmp(database, "passwd") == 0 || strcmp(database, "group") == 0);
    assert_string_equal(services, "files");
    return ++configure_calls == world.configure_fails ? -1 : 0;
}

static struct fake_service *find_service(const char *name, size_t name_len)
{
    for (size_t i = 0; i < COUNT_OF(world.services); i++)
        if (world.services[i].name != NULL && strlen(world.services[i].name) == name_len &&
            memcmp(world.services[i].name, name, name_len) == 0)
            return &world.services[i];
    return NULL;
}

/* What comes before any answer: 0, or an errno. */
static int delay(void)
{
    if (world.interrupts > 0) {
        world.interrupts--;
        return EINTR;
    }
    if (world.ranges > 0) {
        world.ranges--;
        return ERANGE;
    }
    return 0;
}

static const struct entry *find_entry(const struct fake_service *service, enum kind kind, const char *name, uint32_t id)
{
    for (size_t i = 0; service != NULL && i < COUNT_OF(service->entries); i++) {
        const struct entry *entry = &service->entries[i];
        if (entry->name != NULL && entry->kind == kind &&
            (name != NULL ? strcmp(entry->name, name) == 0 : entry->id == id))
            return entry;
    }
    return NULL;
}

static void fill_user(const struct entry *known, struct passwd *entry, char *buffer, size_t size)
{
    assert_in_range(snprintf(buffer, size, "%s", known->name), 1, size - 1);
    *entry = (struct passwd){.pw_name = buffer, .pw_uid = known->id, .pw_gid = 100};
}

static void fill_group(const struct entry *known, struct group *entry, char *buffer, size_t size)
{
    static char *members[3];
    static char others[] = "somebody";

    assert_in_range(snprintf(buffer, size, "%s", known->member != NULL ? known->member : ""), 0, size - 1);
    members[0] = others;
    members[1] = known->member != NULL ? buffer : NULL;
    *entry = (struct group){.gr_gid = known->id, .gr_mem = members};
}

/* "files", through the C library. */
static int ask_files(enum kind kind, const char *name, uint32_t id, const struct entry **known)
{
    const struct fake_service *files = find_service("files", 5);
    int error = delay();

    *known = NULL;
    if (error == 0 && files != NULL)
        error = files->error;
    if (error == 0)
        *known = find_entry(files, kind, name, id);
    return error;
}

static int user_of_files(const char *name, uid_t uid, struct passwd *entry, char *buffer, size_t size,
                         struct passwd **found)
{
    const struct entry *known;
    int error = ask_files(USER, name, uid, &known);

    if (known == NULL)
        return error;
    fill_user(known, entry, buffer, size);
    *found = entry;
    return 0;
}

static int group_of_files(const char *name, gid_t gid, struct group *entry, char *buffer, size_t size,
                          struct group **found)
{
    const struct entry *known;
    int error = ask_files(GROUP, name, gid, &known);

    if (known == NULL)
        return error;
    fill_group(known, entry, buffer, size);
    *found = entry;
    return 0;
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    return user_of_files(name, 0, entry, buffer, size, found);
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    return user_of_files(NULL, uid, entry, buffer, size, found);
}

int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found)
{
    return group_of_files(name, 0, entry, buffer, size, found);
}

int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found)
{
    return group_of_files(NULL, gid, entry, buffer, size, found);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    if (!is_running)
        return __real_fopen(path, mode);
    assert_string_equal(path, "/etc/group");
    group_lines = 0;
    errno = world.fopen_errno;
    return world.fopen_errno != 0 ? NULL : (FILE *)&group_file;
}

/* The groups of "files", one after the other. Behind the first comes what makes it be called again. */
int __wrap_fgetgrent_r(FILE *file, struct group *entry, char *buffer, size_t size, struct group **found)
{
    const struct fake_service *files = find_service("files", 5);
    int error = 0;

    assert_ptr_equal(file, &group_file);
    if (group_lines > 1 && world.group_interrupts > 0) {
        world.group_interrupts--;
        return EINTR;
    }
    error = world.fgetgrent_errno;
    for (; error == 0 && group_lines < COUNT_OF(files->entries); group_lines++)
        if (files->entries[group_lines].name != NULL && files->entries[group_lines].kind == GROUP) {
            fill_group(&files->entries[group_lines++], entry, buffer, size);
            *found = entry;
            return 0;
        }
    return error != 0 ? error : ENOENT;
}

int __wrap_fseek(FILE *file, long offset, int whence)
{
    if (!is_running)
        return __real_fseek(file, offset, whence);
    assert_true(offset == 0 && whence == SEEK_SET);
    group_lines = 0;
    errno = world.fseek_errno;
    return world.fseek_errno != 0 ? -1 : 0;
}

int __wrap_ferror(FILE *file)
{
    return is_running ? world.ferror : __real_ferror(file);
}

int __wrap_fclose(FILE *file)
{
    return is_running ? 0 : __real_fclose(file);
}

/* The others: functions of the module that was asked for one last. */

static enum nss_status ask_module(enum kind kind, const char *name, uint32_t id, int *error, const struct entry **known)
{
    *known = NULL;
    *error = delay();
    if (*error != 0)
        return NSS_STATUS_TRYAGAIN;
    *error = module->error;
    if (module->error != 0 || module->status != 0)
        return module->status != 0 ? module->status : NSS_STATUS_UNAVAIL;
    *known = find_entry(module, kind, name, id);
    return *known != NULL ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
}

static enum nss_status module_user(const char *name, uid_t uid, struct passwd *entry, char *buffer, size_t size,
                                   int *error)
{
    const struct entry *known;
    enum nss_status status = ask_module(USER, name, uid, error, &known);

    if (known != NULL)
        fill_user(known, entry, buffer, size);
    return status;
}

static enum nss_status module_group(const char *name, gid_t gid, struct group *entry, char *buffer, size_t size,
                                    int *error)
{
    const struct entry *known;
    enum nss_status status = ask_module(GROUP, name, gid, error, &known);

    if (known != NULL)
        fill_group(known, entry, buffer, size);
    return status;
}

static enum nss_status module_getpwnam(const char *name, struct passwd *entry, char *buffer, size_t size, int *error)
{
    return module_user(name, 0, entry, buffer, size, error);
}

static enum nss_status module_getpwuid(uid_t uid, struct passwd *entry, char *buffer, size_t size, int *error)
{
    return module_user(NULL, uid, entry, buffer, size, error);
}

static enum nss_status module_getgrnam(const char *name, struct group *entry, char *buffer, size_t size, int *error)
{
    return module_group(name, 0, entry, buffer, size, error);
}

static enum nss_status module_getgrgid(gid_t gid, struct group *entry, char *buffer, size_t size, int *error)
{
    if (module->fails_by_id) {
        *error = EIO;
        return NSS_STATUS_UNAVAIL;
    }
    return module_group(NULL, gid, entry, buffer, size, error);
}

static enum nss_status module_initgroups(const char *user, gid_t gid, long *start, long *size, gid_t **groups,
                                         long limit, int *error)
{
    assert_string_equal(user, "me");
    assert_int_equal(gid, 100);
    assert_int_equal(limit, -1);
    assert_true(*size > 4);
    for (size_t i = 0; i < COUNT_OF(module->groups) && module->groups[i] != 0; i++)
        (*groups)[(*start)++] = module->groups[i];
    *error = module->error;
    if (module->error != 0 || module->status != 0)
        return module->status != 0 ? module->status : NSS_STATUS_UNAVAIL;
    if (module->groups_count != 0)
        *start = module->groups_count;
    return module->groups[0] != 0 || module->groups_count != 0 ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
}

void *__wrap_dlopen(const char *file, int mode)
{
    const char *name;

    if (!is_running)
        return __real_dlopen(file, mode);
    name = file + strlen("libnss_");
    assert_int_equal(mode, RTLD_NOW | RTLD_LOCAL);
    assert_true(strncmp(file, "libnss_", 7) == 0 && strcmp(name + strcspn(name, "."), ".so.2") == 0);
    assert_int_not_equal(strncmp(file, "libnss_files", 12), 0);
    return find_service(name, strcspn(name, "."));
}

void *__wrap_dlsym(void *handle, const char *symbol)
{
    static const struct {
        const char *name;
        uintptr_t function;
    } functions[] = {{"getpwnam_r", (uintptr_t)module_getpwnam},
                     {"getpwuid_r", (uintptr_t)module_getpwuid},
                     {"getgrnam_r", (uintptr_t)module_getgrnam},
                     {"getgrgid_r", (uintptr_t)module_getgrgid},
                     {"initgroups_dyn", (uintptr_t)module_initgroups}};

    if (!is_running)
        return __real_dlsym(handle, symbol);
    module = handle;
    symbol += strlen("_nss_") + strlen(module->name) + 1;
    for (size_t i = 0; i < COUNT_OF(functions); i++)
        if (strcmp(symbol, functions[i].name) == 0)
            return (i == 4 ? module->has_initgroups : !module->has_nothing) ? (void *)functions[i].function : NULL;
    fail_msg("%s is no function of a service", symbol);
    return NULL;
}

/* What is asked: "u:NAME", "g:NAME", "n:GID", with "+" behind it for membership; answers as "ID", "ID+" or "-". */
static int query(const struct world *in, const char *asked, char *answered)
{
    static char words[256];
    struct lookup_item items[8];
    struct lookup lookup = {.uid = CALLER, .items = items};
    struct worker_answer answers[8] = {{.is_known = 0}};
    char *rest = NULL;
    struct nss_failure failure;
    int error;

    world = *in;
    configure_calls = 0;
    opens = 0;
    socket_is_open = false;
    allocations = 0;
    strcpy(words, asked);
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        struct lookup_item *item = &items[lookup.count++];
        char *plus = strchr(word, '+');
        if (plus != NULL)
            *plus = '\0';
        *item = (struct lookup_item){.name = word + 2,
                                     .wants_membership = plus != NULL,
                                     .is_denied = plus != NULL && !in->nobody_denied};
        item->kind = *word == 'u' ? ACCOUNT_USER : *word == 'g' ? ACCOUNT_GROUP : ACCOUNT_GID;
        if (*word == 'n')
            item->id = (uint32_t)strtoul(word + 2, NULL, 10);
    }
    if (__lsan_disable != NULL)
        __lsan_disable();
    is_running = true;
    memset(&failure, 'x', sizeof failure);
    error = nss_query(&lookup, answers, &failure);
    is_running = false;
    assert_false(socket_is_open);
    if (__lsan_enable != NULL)
        __lsan_enable();
    *answered = '\0';
    for (size_t i = 0; i < lookup.count && error == 0; i++)
        if (answers[i].is_known == 0)
            strcat(answered, "- ");
        else
            (void)sprintf(answered + strlen(answered), "%u%s ", answers[i].id, answers[i].is_member != 0 ? "+" : "");
    if (error != 0)
        (void)sprintf(answered, "#%zu%s%s", failure.item, failure.service[0] != '\0' ? " " : "", failure.service);
    return error;
}

#define ME                                                                                                             \
    {                                                                                                                  \
        USER, "me", CALLER, NULL                                                                                       \
    }
#define FILES                                                                                                          \
    {                                                                                                                  \
        .name = "files", .entries = { ME, {GROUP, "kvm", 10, "me"}, {GROUP, "other", 11, NULL} }                       \
    }
#define LDAP .name = "ldap", .has_initgroups = true

static void test_nss_query_any_world(void **state)
{
    static char long_conf[70 * 1024];
    static const struct {
        const char *name;
        struct world world;
        const char *asked;
        int want;
        const char *answers; /* or "#ITEM SERVICE" that failed */
    } rows[] = {
        {"no nsswitch.conf", {.services = {FILES}}, "u:me g:kvm+ n:10+ n:11+", 0, "4242 10+ 10+ 11 "},
        {"read in pieces",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}, .read_step = 3},
         "u:me",
         0,
         "4242 "},
        {"nobody", {.services = {FILES}}, "u:who g:who g:who+", 0, "- - - "},
        {"his own group", {.services = {FILES}}, "n:100+", 0, "100+ "},
        {"no deny depends on it", {.services = {FILES}, .nobody_denied = true}, "g:kvm+", 0, "10 "},
        {"in the second service",
         {.nsswitch = "passwd: files ldap\ngroup: files ldap\n",
          .services = {FILES, {LDAP, .entries = {{USER, "far", 7, NULL}, {GROUP, "far", 8, NULL}}}}},
         "u:far g:far u:who g:who",
         0,
         "7 8 - - "},
        {"the first that knows counts",
         {.nsswitch = "passwd: ldap files\ngroup: ldap files\n",
          .services = {FILES, {LDAP, .entries = {{USER, "me", 7, NULL}, {GROUP, "kvm", 8, NULL}}}}},
         "u:me g:kvm",
         0,
         "7 8 "},
        {"down behind one that knows",
         {.nsswitch = "passwd: files ldap\ngroup: files ldap\n", .services = {FILES, {LDAP, .error = EIO}}},
         "u:me g:kvm+",
         0,
         "4242 10+ "},
        {"down before one that knows",
         {.nsswitch = "passwd: ldap files\ngroup: files\n", .services = {FILES, {LDAP, .error = ECONNREFUSED}}},
         "g:kvm u:me",
         ECONNREFUSED,
         "#1 ldap"},
        {"a group, down",
         {.nsswitch = "group: ldap files\n", .services = {FILES, {LDAP, .error = EPIPE}}},
         "g:kvm",
         EPIPE,
         "#0 ldap"},
        {"two that are down, the first tells",
         {.nsswitch = "group: ldap nis\n", .services = {FILES, {LDAP, .error = EPIPE}, {.name = "nis", .error = EIO}}},
         "g:kvm",
         EPIPE,
         "#0 ldap"},
        {"down for no reason",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .status = NSS_STATUS_UNAVAIL}}},
         "g:kvm",
         EIO,
         "#0 ldap"},
        {"files that cannot be read", {.services = {{.name = "files", .error = EACCES}}}, "u:me", EACCES, "#0 files"},
        {"not there", {.nsswitch = "passwd: ldap files\n", .services = {FILES}}, "u:me", ELIBACC, "#0 ldap"},
        {"not there, for a group",
         {.nsswitch = "group: ldap files\n", .services = {FILES}},
         "g:kvm",
         ELIBACC,
         "#0 ldap"},
        {"not there, for a membership",
         {.nsswitch = "group: files ldap\n", .services = {FILES}},
         "n:13+",
         ELIBACC,
         "#0 ldap"},
        {"without a function for it",
         {.nsswitch = "passwd: ldap files\ngroup: ldap files\n", .services = {FILES, {LDAP, .has_nothing = true}}},
         "u:me g:kvm",
         0,
         "4242 10 "},
        {"without a function for it, and that does not end it",
         {.nsswitch = "passwd: ldap [NOTFOUND=return] files\n", .services = {FILES, {LDAP, .has_nothing = true}}},
         "u:me",
         0,
         "4242 "},
        {"systemd that does not run, and that does not end it",
         {.nsswitch = "passwd: systemd [NOTFOUND=return] files\n",
          .services = {FILES, {.name = "systemd", .error = ESRCH}}},
         "u:me",
         0,
         "4242 "},
        {"a member behind one that knows of other groups",
         {.nsswitch = "group: files [NOTFOUND=return] ldap\n", .services = {FILES, {LDAP, .groups = {11}}}},
         "n:11+",
         0,
         "11+ "},
        {"a member behind one that knows of no groups",
         {.nsswitch = "passwd: ldap\ngroup: files [NOTFOUND=return] ldap\n",
          .services = {{.name = "files", .entries = {{GROUP, "kvm", 10, NULL}}},
                       {LDAP, .entries = {ME}, .groups = {11}}}},
         "n:11+",
         0,
         "11 "},
        {"a member behind one that is asked for each group",
         {.nsswitch = "group: nis [NOTFOUND=return] ldap\n",
          .services = {FILES, {.name = "nis"}, {LDAP, .groups = {11}}}},
         "n:11+",
         0,
         "11+ "},
        {"a group that was told before the service failed",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .groups = {11}, .error = EIO}}},
         "n:11+",
         0,
         "11+ "},
        {"a service that fails as the query itself would tell something",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .error = -1}}},
         "g:kvm",
         EIO,
         "#0 ldap"},
        {"a service that says there is no function",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .error = ENOTSUP}}},
         "n:13+",
         ENOTSUP,
         "#0 ldap"},
        {"compat that does not tell what is down behind it",
         {.nsswitch = "passwd: files\ngroup: compat\n",
          .services = {FILES, {.name = "compat", .has_initgroups = true, .fails_by_id = true, .groups = {11}}}},
         "n:13+",
         EIO,
         "#0 compat"},
        {"compat that tells",
         {.nsswitch = "passwd: files\ngroup: compat\n",
          .services =
              {FILES, {.name = "compat", .has_initgroups = true, .entries = {{GROUP, "o", 12, "me"}}, .groups = {11}}}},
         "n:11+ n:12+ n:13+",
         0,
         "11+ 12+ 13 "},
        {"nsswitch.conf in /usr/etc",
         {.nsswitch = "passwd: ldap\n", .services = {FILES, {LDAP}}, .is_in_usr = true},
         "u:me",
         0,
         "- "},
        {"a last line that does not end",
         {.nsswitch = "passwd: files\ngroup: files ldap", .services = {FILES, {LDAP}}},
         "u:me",
         EINVAL,
         "#0"},
        {"a last line that does not end, of another database",
         {.nsswitch = "passwd: files\ngroup: files\nhosts: files", .services = {FILES}},
         "u:me",
         0,
         "4242 "},
        {"behind one that ends it when nobody is found",
         {.nsswitch = "passwd: files [NOTFOUND=return] ldap\ngroup: files [NOTFOUND=return] ldap\n",
          .services = {FILES, {LDAP, .error = EIO}}},
         "u:who g:who",
         0,
         "- - "},
        {"down, and that does not end it",
         {.nsswitch = "passwd: ldap [NOTFOUND=return] files\n", .services = {FILES, {LDAP, .error = EIO}}},
         "u:me",
         EIO,
         "#0 ldap"},
        {"a member by the module's function",
         {.nsswitch = "group: files ldap\n", .services = {FILES, {LDAP, .groups = {11, 12}}}},
         "g:other+ n:12+ n:13+",
         0,
         "11+ 12+ 13 "},
        {"a member by initgroups alone",
         {.nsswitch = "group: files\ninitgroups: ldap\n", .services = {FILES, {LDAP, .groups = {11}}}},
         "g:other+ g:kvm+",
         0,
         "11+ 10 "},
        {"a line initgroups that asks nobody",
         {.nsswitch = "group: ldap\ninitgroups:\n", .services = {FILES, {LDAP, .groups = {11}}}},
         "g:other+ n:11+",
         0,
         "- 11+ "},
        {"a line initgroups that is wrong",
         {.nsswitch = "group: ldap\ninitgroups: files [X\n", .services = {FILES, {LDAP, .groups = {11}}}},
         "n:11+",
         EINVAL,
         "#0"},
        {"a member by the list of a service without that function",
         {.nsswitch = "group: files nis\n",
          .services = {FILES, {.name = "nis", .entries = {{GROUP, "o", 12, "me"}, {GROUP, "p", 14, NULL}}}}},
         "g:o+ g:p+ g:who+ n:13+ u:me",
         0,
         "12+ 14 - 13 4242 "},
        {"that service is down",
         {.nsswitch = "group: files nis\n", .services = {FILES, {.name = "nis", .error = EIO}}},
         "n:13+",
         EIO,
         "#0 nis"},
        {"a member although one is down",
         {.nsswitch = "group: nis ldap\n",
          .services = {FILES, {LDAP, .groups = {13}}, {.name = "nis", .has_initgroups = true, .error = EIO}}},
         "n:13+",
         0,
         "13+ "},
        {"maybe a member where one is down",
         {.nsswitch = "group: ldap files\n", .services = {FILES, {LDAP, .error = EPIPE}}},
         "n:10+ n:13+",
         EPIPE,
         "#0 ldap"},
        {"he has no other groups",
         {.nsswitch = "passwd: files\ngroup: ldap\n", .services = {FILES, {LDAP, .status = NSS_STATUS_SUCCESS}}},
         "n:13+",
         0,
         "13 "},
        {"a user, to be tried again",
         {.nsswitch = "passwd: ldap\n", .services = {FILES, {LDAP, .error = EAGAIN, .status = NSS_STATUS_TRYAGAIN}}},
         "u:me",
         EAGAIN,
         "#0 ldap"},
        {"a group, to be tried again",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .error = EAGAIN, .status = NSS_STATUS_TRYAGAIN}}},
         "g:kvm",
         EAGAIN,
         "#0 ldap"},
        {"systemd that does not run",
         {.nsswitch = "group: files systemd\n",
          .services = {FILES, {.name = "systemd", .has_initgroups = true, .error = ESRCH}}},
         "n:13+",
         0,
         "13 "},
        {"systemd that is down",
         {.nsswitch = "group: files systemd\n",
          .services = {FILES, {.name = "systemd", .has_initgroups = true, .error = EIO}}},
         "n:13+",
         EIO,
         "#0 systemd"},
        {"another that says the same",
         {.nsswitch = "group: files ldap\n", .services = {FILES, {LDAP, .error = ESRCH}}},
         "n:13+",
         ESRCH,
         "#0 ldap"},
        {"systemd that says it in another way",
         {.nsswitch = "group: files systemd\n",
          .services = {FILES,
                       {.name = "systemd", .has_initgroups = true, .error = ESRCH, .status = NSS_STATUS_TRYAGAIN}}},
         "n:13+",
         ESRCH,
         "#0 systemd"},
        {"sssd knows nobody, and runs",
         {.nsswitch = "passwd: sss files\n", .services = {FILES, {.name = "sss"}}},
         "u:me",
         0,
         "4242 "},
        {"sssd knows nobody, and does not run",
         {.nsswitch = "passwd: sss files\n", .services = {FILES, {.name = "sss"}}, .connect_errno = ECONNREFUSED},
         "u:me",
         ECONNREFUSED,
         "#0 sss"},
        {"sssd knows nobody, and was not there all the time",
         {.nsswitch = "passwd: sss files\n", .services = {FILES, {.name = "sss"}}, .server_restarts = true},
         "u:me",
         ECONNRESET,
         "#0 sss"},
        {"sssd knows nobody, and whether it was there is unknown",
         {.nsswitch = "passwd: sss files\n", .services = {FILES, {.name = "sss"}}, .poll_errno = ENOMEM},
         "u:me",
         ENOMEM,
         "#0 sss"},
        {"sssd knows somebody, and was not there all the time",
         {.nsswitch = "passwd: sss files\ngroup: sss\n",
          .services = {FILES, {.name = "sss", .has_initgroups = true, .entries = {ME}, .groups = {11}}},
          .server_restarts = true},
         "u:me n:11+",
         0,
         "4242 11+ "},
        {"sssd cannot be asked",
         {.nsswitch = "passwd: sss files\n", .services = {FILES, {.name = "sss"}}, .socket_errno = EMFILE},
         "u:me",
         EMFILE,
         "#0 sss"},
        {"a count that cannot be",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .groups_count = -1}}},
         "n:13+",
         EOVERFLOW,
         "#0 ldap"},
        {"more groups than there can be",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .groups_count = VMNETACL_GROUPS_MAX}}},
         "n:13+",
         EOVERFLOW,
         "#0 ldap"},
        {"a caller whom nobody knows",
         {.services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}}},
         "u:who g:g+",
         NSS_QUERY_STRANGER,
         "#1"},
        {"a caller whom the second knows",
         {.nsswitch = "passwd: files ldap\n",
          .services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}, {LDAP, .entries = {ME}}}},
         "g:g+",
         0,
         "5+ "},
        {"a caller whom one would know that is down",
         {.nsswitch = "passwd: ldap\n", .services = {FILES, {LDAP, .error = EIO}}},
         "g:kvm+",
         EIO,
         "#0 ldap"},
        {"more room is needed", {.services = {FILES}, .ranges = 5}, "u:me g:kvm+", 0, "4242 10+ "},
        {"more room is needed by a module",
         {.nsswitch = "passwd: ldap\ngroup: ldap\n",
          .services = {FILES, {LDAP, .entries = {ME, {GROUP, "g", 5, NULL}}}},
          .ranges = 3},
         "u:me g:g",
         0,
         "4242 5 "},
        {"a group of a module, more room",
         {.nsswitch = "group: ldap\n", .services = {FILES, {LDAP, .entries = {{GROUP, "g", 5, NULL}}}}, .ranges = 3},
         "g:g",
         0,
         "5 "},
        {"more room than there is", {.services = {FILES}, .ranges = 50}, "u:me", ERANGE, "#0 files"},
        {"more room than there is, for a group", {.services = {FILES}, .ranges = 50}, "g:kvm", ERANGE, "#0 files"},
        {"interrupted", {.services = {FILES}, .interrupts = 3}, "u:me g:kvm", 0, "4242 10 "},
        {"a group, interrupted", {.services = {FILES}, .interrupts = 3}, "g:kvm", 0, "10 "},
        {"a module, interrupted",
         {.nsswitch = "passwd: ldap\n", .services = {FILES, {LDAP, .entries = {ME}}}, .interrupts = 3},
         "u:me",
         0,
         "4242 "},
        {"no /etc/group", {.services = {FILES}, .fopen_errno = EACCES}, "n:10+", EACCES, "#0 files"},
        {"/etc/group that cannot be read", {.services = {FILES}, .ferror = true}, "n:13+", EIO, "#0 files"},
        {"/etc/group that is odd", {.services = {FILES}, .fgetgrent_errno = EINVAL}, "n:13+", EINVAL, "#0 files"},
        {"nsswitch.conf that cannot be opened", {.services = {FILES}, .open_errno = EACCES}, "u:me", EACCES, "#0"},
        {"nsswitch.conf that cannot be read",
         {.nsswitch = "x", .services = {FILES}, .read_errno = EIO},
         "u:me",
         EIO,
         "#0"},
        {"nsswitch.conf that is too large", {.nsswitch = long_conf, .services = {FILES}}, "u:me", EFBIG, "#0"},
        {"brackets that do not close",
         {.nsswitch = "passwd: files [NOTFOUND=return\n", .services = {FILES}},
         "u:who",
         EINVAL,
         "#0"},
        {"brackets that do not close behind one that knows",
         {.nsswitch = "passwd: ldap files [X\n", .services = {FILES, {LDAP, .entries = {ME}}}},
         "u:me",
         0,
         "4242 "},
        {"brackets that do not close behind one that is down",
         {.nsswitch = "passwd: ldap files [X\n", .services = {FILES, {LDAP, .error = EPIPE}}},
         "u:me",
         EPIPE,
         "#0 ldap"},
        {"a service whose name is too long",
         {.nsswitch = "passwd: 1234567890123456789012345678901234567890123456789012345678901234 files\n",
          .services = {FILES}},
         "u:me",
         EINVAL,
         "#0"},
        {"a service whose name is longest",
         {.nsswitch = "passwd: 123456789012345678901234567890123456789012345678901234567890123 files\n",
          .services = {FILES}},
         "u:me",
         ELIBACC,
         "#0 123456789012345678901234567890123456789012345678901234567890123"},
        {"words behind a number sign",
         {.nsswitch = "passwd: # not these\ngroup: files #\n", .services = {FILES}},
         "u:who g:who",
         0,
         "- - "},
        {"a service behind a number sign",
         {.nsswitch = "passwd: # ldap files\n", .services = {FILES, {LDAP, .error = EIO}}},
         "u:me",
         EIO,
         "#0 ldap"},
        {"files behind a number sign", {.nsswitch = "passwd: # files\n", .services = {FILES}}, "u:me", 0, "4242 "},
    };

    (void)state; /* cmocka's signature, here and below */
    memset(long_conf, '#', sizeof long_conf - 1);
    failing_allocation = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char answers[256];
        int error = query(&rows[i].world, rows[i].asked, answers);
        if (error != rows[i].want || strcmp(answers, rows[i].answers) != 0)
            fail_msg("%s: want %d '%s', got %d '%s'", rows[i].name, rows[i].want, rows[i].answers, error, answers);
    }
}

/* A line of /etc/group that does not fit: all of it is read again from its start, and no group counts twice. */
static void test_nss_query_group_file_read_again(void **state)
{
    struct world again = {
        .services = {{.name = "files",
                      .entries = {ME, {GROUP, "a", 10, "me"}, {GROUP, "b", 11, NULL}, {GROUP, "c", 12, "me"}}}}};
    char answers[256];

    (void)state;
    failing_allocation = 0;
    for (int i = 0; i < 4; i++) {
        again.nsswitch = "passwd: ldap\n"; /* so that it is not asked before */
        again.services[1] = (struct fake_service){LDAP, .entries = {ME}};
        again.group_interrupts = i;
        assert_int_equal(query(&again, "n:10+ n:11+ n:12+", answers), 0);
        assert_string_equal(answers, "10+ 11 12+ ");
    }
    again.services[1].entries[0] = (struct entry){USER, "me", CALLER, NULL};
    again.nsswitch = "passwd: ldap\n";
    again.fgetgrent_errno = EINTR;
    again.fseek_errno = ESPIPE;
    assert_int_equal(query(&again, "n:11+", answers), ESPIPE);
}

/* The worker ends when a service says what it cannot say, as the C library would. */
static void test_nss_query_status_that_is_none_ends(void **state)
{
    static const enum nss_status statuses[] = {NSS_STATUS_TRYAGAIN - 1, NSS_STATUS_SUCCESS + 1};
    volatile size_t ended_count = 0;
    char answers[256];

    (void)state;
    for (volatile size_t i = 0; i < COUNT_OF(statuses); i++) {
        const struct world odd = {.nsswitch = "passwd: ldap\n", .services = {FILES, {LDAP, .status = statuses[i]}}};
        if (setjmp(ended) == 0)
            (void)query(&odd, "u:me", answers);
        else
            ended_count++;
        is_running = false;
    }
    if (__lsan_enable != NULL)
        for (size_t i = 0; i < ended_count; i++)
            __lsan_enable();
    assert_int_equal(ended_count, 2);
}

/* Every call that can fail for want of something, in a world where much is asked. */
static const struct world full = {
    .nsswitch = "passwd: files ldap\ngroup: files ldap nis\n",
    .services = {FILES, {LDAP, .groups = {11}}, {.name = "nis", .entries = {{GROUP, "o", 12, "me"}}}},
};
#define FULL_ASKED "u:who g:who g:kvm+ g:o+ n:13+"

static void test_nss_query_choice_refused_error(void **state)
{
    struct world refused = full;
    char answers[256];

    (void)state;
    failing_allocation = 0;
    assert_int_equal(query(&full, FULL_ASKED, answers), 0);
    assert_string_equal(answers, "- - 10+ 12+ 13 ");
    assert_int_equal(configure_calls, 2);
    for (refused.configure_fails = 1; refused.configure_fails <= 2; refused.configure_fails++)
        assert_int_equal(query(&refused, FULL_ASKED, answers), EINVAL);
}

/* What nss_query() has no use for today. */
static void test_service_files_by_gid_and_first_of_all(void **state)
{
    const struct service files = {.name = "files"};
    struct service_buffer buffer = {.size = 0};
    struct service_groups groups = {.count = 0};
    struct group entry;
    int by_gid, by_gid_without_memory, groups_without_memory, with_memory;

    (void)state;
    world = full;
    is_running = true;
    allocations = 0;
    failing_allocation = 1;
    by_gid_without_memory = service_find_group(&files, NULL, 10, &buffer, &entry);
    allocations = 0;
    groups_without_memory = service_add_groups(&files, "me", 100, &buffer, &groups);
    failing_allocation = 0;
    with_memory = service_add_groups(&files, "me", 100, &buffer, &groups);
    by_gid = service_find_group(&files, NULL, 10, &buffer, &entry);
    is_running = false;
    assert_int_equal(by_gid_without_memory, ENOMEM);
    assert_int_equal(groups_without_memory, ENOMEM);
    assert_int_equal(with_memory, 0);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.list[0], 10);
    assert_int_equal(by_gid, 0);
    assert_int_equal(entry.gr_gid, 10);
    free(buffer.bytes);
    free(groups.list);
}

static void test_nss_query_allocation_fails_no_memory(void **state)
{
    char answers[256];
    size_t count;

    (void)state;
    failing_allocation = 0;
    assert_int_equal(query(&full, FULL_ASKED, answers), 0);
    count = allocations;
    assert_in_range(count, 7, 40);
    for (size_t n = 1; n <= count; n++) {
        failing_allocation = n;
        assert_int_equal(query(&full, FULL_ASKED, answers), ENOMEM);
    }
    failing_allocation = 0;
}

/* Nor is there more room in memory for an entry that needs it: that is no answer of the service's. */
static void test_nss_query_more_room_fails_no_memory(void **state)
{
    static const struct world worlds[] = {
        {.services = {FILES}, .ranges = 3},
        {.nsswitch = "passwd: ldap\ngroup: ldap\n",
         .services = {FILES, {LDAP, .entries = {ME, {GROUP, "kvm", 5, NULL}}}},
         .ranges = 3},
    };
    static const char *const asked[] = {"u:me", "g:kvm"};
    char answers[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(worlds); i++)
        for (size_t j = 0; j < COUNT_OF(asked); j++) {
            size_t count;
            failing_allocation = 0;
            assert_int_equal(query(&worlds[i], asked[j], answers), 0);
            count = allocations;
            assert_in_range(count, 5, 10);
            for (size_t n = 1; n <= count; n++) {
                failing_allocation = n;
                assert_int_equal(query(&worlds[i], asked[j], answers), ENOMEM);
            }
        }
    failing_allocation = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nss_query_any_world),
        cmocka_unit_test(test_nss_query_group_file_read_again),
        cmocka_unit_test(test_nss_query_status_that_is_none_ends),
        cmocka_unit_test(test_nss_query_choice_refused_error),
        cmocka_unit_test(test_service_files_by_gid_and_first_of_all),
        cmocka_unit_test(test_nss_query_allocation_fails_no_memory),
        cmocka_unit_test(test_nss_query_more_room_fails_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
