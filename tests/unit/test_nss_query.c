/* SPDX-License-Identifier: MIT */
/*
 * The questions to the name service, in the test's own process, with services of the test's: what they say is put
 * together as glibc does it. Real modules are asked in tests/names.
 */
#include "nss_query.h"
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF_FD 1000
#define CALLER  4242

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

/* Those without a module are part of the C library. */
struct service {
    const char *name;
    struct entry entries[4];
    bool has_initgroups;
    gid_t groups[4];        /* which initgroups finds for the caller; 0: none more */
    enum nss_status status; /* of that; 0: SUCCESS */
    bool knows_nothing;     /* NOTFOUND */
    int initgroups_error;
    long initgroups_count; /* instead of how many groups there are; 0: as many as there are */
    int error;             /* errno; 0: it answers */
    bool is_away;          /* there is no such module */
    size_t late;           /* the caller's account is found from this question on */
};

/* A world of services, and what becomes of calls in it. */
struct world {
    const char *nsswitch; /* NULL: there is no such file */
    struct service services[3];
    int open_errno, read_errno;
    size_t read_step;    /* bytes at once; 0: all */
    int configure_fails; /* the n-th call, from 1 */
    int ranges;          /* so many questions answer ERANGE first */
    int interrupts;      /* or EINTR */
};

/* Called by a sanitizer before it has begun to watch over memory. */
#define EARLY __attribute__((no_sanitize("address")))

/* Else all calls are done: sanitizers, and what counts the lines that ran, make some of their own. */
static bool is_running;
static struct world world;
static size_t allocations, failing_allocation;
static const char *conf_left;
static char configured[2][256]; /* the services of passwd and group */
static int configure_calls;
static size_t caller_questions;
static struct service *module;

static const char *services_of(enum kind kind)
{
    return configured[kind][0] != '\0' ? configured[kind] : "files";
}

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __real_read(int fd, void *bytes, size_t len);
ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap___nss_configure_lookup(const char *database, const char *services);
int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found);
int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found);
void *__wrap_dlopen(const char *file, int mode);
void *__real_dlopen(const char *file, int mode);
void *__wrap_dlsym(void *handle, const char *symbol) EARLY;
void *__real_dlsym(void *handle, const char *symbol);
void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__real_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);
char *__real_strndup(const char *text, size_t len);

/* A sanitizer is told that what the worker leaves behind is no leak. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static bool allocation_fails(void)
{
    return is_running && ++allocations == failing_allocation;
}

void *__wrap_malloc(size_t size)
{
    return allocation_fails() ? NULL : __real_malloc(size);
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

char *__wrap_strndup(const char *text, size_t len)
{
    return allocation_fails() ? NULL : __real_strndup(text, len);
}

int __wrap_open(const char *path, int flags, ...)
{
    if (strcmp(path, "/etc/nsswitch.conf") != 0) /* what counts the lines that ran opens its own */
        return __real_open(path, flags, 0644);
    errno = world.open_errno != 0 ? world.open_errno : ENOENT;
    conf_left = world.nsswitch;
    return world.open_errno != 0 || world.nsswitch == NULL ? -1 : CONF_FD;
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    size_t count;

    if (fd != CONF_FD)
        return __real_read(fd, bytes, len);
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
    return fd == CONF_FD ? 0 : __real_close(fd);
}

int __wrap___nss_configure_lookup(const char *database, const char *services)
{
    char *to = configured[strcmp(database, "group") == 0];

    if (++configure_calls == world.configure_fails) {
        errno = EINVAL;
        return -1;
    }
    assert_in_range(snprintf(to, sizeof configured[0], "%s", services), 0, sizeof configured[0] - 1);
    return 0;
}

static struct service *find_service(const char *name, size_t name_len)
{
    for (size_t i = 0; i < COUNT_OF(world.services); i++)
        if (world.services[i].name != NULL && strlen(world.services[i].name) == name_len &&
            memcmp(world.services[i].name, name, name_len) == 0)
            return &world.services[i];
    return NULL;
}

static bool is_meant(const struct entry *entry, enum kind kind, const char *name, uint32_t id)
{
    return entry->name != NULL && entry->kind == kind &&
           (name != NULL ? strcmp(entry->name, name) == 0 : entry->id == id);
}

/* As glibc: one service after the other, up to one that knows; the last that is there tells of an error. */
static int ask(enum kind kind, const char *name, uint32_t id, const struct entry **found)
{
    char services[256];
    char *rest = NULL;
    int error = errno; /* when nobody is there to ask */

    *found = NULL;
    if (world.interrupts > 0) {
        world.interrupts--;
        return EINTR;
    }
    if (world.ranges > 0) {
        world.ranges--;
        return ERANGE;
    }
    strcpy(services, services_of(kind));
    for (char *word = strtok_r(services, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
        const struct service *service = find_service(word, strcspn(word, "["));
        if (strcmp(word, "[NOTFOUND=return]") == 0 && error == 0)
            return 0;
        if (*word == '[')
            continue;
        if (service == NULL || service->is_away)
            continue;
        error = service->error;
        for (size_t i = 0; error == 0 && i < COUNT_OF(service->entries); i++)
            if (is_meant(&service->entries[i], kind, name, id) &&
                (name != NULL || id != CALLER || caller_questions >= service->late)) {
                *found = &service->entries[i];
                return 0;
            }
    }
    return error;
}

static int ask_user(const char *name, uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    const struct entry *known;
    int error;

    caller_questions += name == NULL;
    error = ask(USER, name, uid, &known);
    if (known == NULL)
        return error;
    assert_in_range(snprintf(buffer, size, "%s", known->name), 1, size - 1);
    *entry = (struct passwd){.pw_name = buffer, .pw_uid = known->id, .pw_gid = 100};
    *found = entry;
    return 0;
}

static int ask_group(const char *name, gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found)
{
    static char *members[3];
    static char others[] = "somebody";
    const struct entry *known;
    int error = ask(GROUP, name, gid, &known);

    if (known == NULL)
        return error;
    assert_in_range(snprintf(buffer, size, "%s", known->member != NULL ? known->member : ""), 0, size - 1);
    members[0] = others;
    members[1] = known->member != NULL ? buffer : NULL;
    *entry = (struct group){.gr_name = NULL, .gr_gid = known->id, .gr_mem = members};
    *found = entry;
    return 0;
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    return ask_user(name, 0, entry, buffer, size, found);
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    return ask_user(NULL, uid, entry, buffer, size, found);
}

int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found)
{
    return ask_group(name, 0, entry, buffer, size, found);
}

int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found)
{
    return ask_group(NULL, gid, entry, buffer, size, found);
}

void *__wrap_dlopen(const char *file, int mode)
{
    const char *name;
    struct service *service;

    if (!is_running)
        return __real_dlopen(file, mode);
    name = file + strlen("libnss_");
    service = find_service(name, strcspn(name, "."));
    assert_int_equal(mode, RTLD_NOW | RTLD_LOCAL);
    assert_true(strncmp(file, "libnss_", 7) == 0 && strcmp(name + strcspn(name, "."), ".so.2") == 0);
    assert_int_not_equal(strncmp(file, "libnss_files", 12), 0);
    return service != NULL && !service->is_away ? service : NULL;
}

static jmp_buf ended;

_Noreturn void __wrap__exit(int code);
_Noreturn void __real__exit(int code);

_Noreturn void __wrap__exit(int code)
{
    if (!is_running)
        __real__exit(code);
    longjmp(ended, code);
}

static enum nss_status fake_initgroups(const char *user, gid_t gid, long *start, long *size, gid_t **groups, long limit,
                                       int *error)
{
    assert_string_equal(user, "me");
    assert_int_equal(gid, 100);
    assert_int_equal(limit, -1);
    assert_true(*size > 4);
    for (size_t i = 0; i < COUNT_OF(module->groups) && module->groups[i] != 0; i++)
        (*groups)[(*start)++] = module->groups[i];
    if (module->initgroups_count != 0)
        *start = module->initgroups_count;
    *error = module->initgroups_error;
    if (module->knows_nothing)
        return NSS_STATUS_NOTFOUND;
    return module->error != 0 ? NSS_STATUS_UNAVAIL : module->status != 0 ? module->status : NSS_STATUS_SUCCESS;
}

void *__wrap_dlsym(void *handle, const char *symbol)
{
    char want[128];

    if (!is_running)
        return __real_dlsym(handle, symbol);
    module = handle;
    (void)snprintf(want, sizeof want, "_nss_%s_initgroups_dyn", module->name);
    assert_string_equal(symbol, want);
    return module->has_initgroups ? (void *)(uintptr_t)fake_initgroups : NULL;
}

/* What is asked: "u:NAME", "g:NAME", "n:GID", with "+" behind it for membership; answers as "ID", "ID+" or "-". */
static int query(const struct world *in, const char *asked, char *answered)
{
    static char words[256];
    struct lookup_item items[8];
    struct lookup lookup = {.uid = CALLER, .items = items};
    struct worker_answer answers[8] = {{.is_known = 0}};
    char *rest = NULL;
    size_t failed = 77;
    int error;

    world = *in;
    memset(configured, 0, sizeof configured);
    configure_calls = 0;
    caller_questions = 0;
    allocations = 0;
    strcpy(words, asked);
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        struct lookup_item *item = &items[lookup.count++];
        char *plus = strchr(word, '+');
        if (plus != NULL)
            *plus = '\0';
        *item = (struct lookup_item){.name = word + 2, .wants_membership = plus != NULL};
        item->kind = *word == 'u' ? ACCOUNT_USER : *word == 'g' ? ACCOUNT_GROUP : ACCOUNT_GID;
        if (*word == 'n')
            item->id = (uint32_t)strtoul(word + 2, NULL, 10);
    }
    if (__lsan_disable != NULL)
        __lsan_disable();
    is_running = true;
    error = nss_query(&lookup, answers, &failed);
    is_running = false;
    if (__lsan_enable != NULL)
        __lsan_enable();
    *answered = '\0';
    for (size_t i = 0; i < lookup.count && error == 0; i++)
        if (answers[i].is_known == 0)
            strcat(answered, "- ");
        else
            (void)sprintf(answered + strlen(answered), "%u%s ", answers[i].id, answers[i].is_member != 0 ? "+" : "");
    if (error != 0 && failed != 77)
        (void)sprintf(answered, "#%zu", failed);
    return error;
}

#define ME                                                                                                             \
    {                                                                                                                  \
        USER, "me", CALLER, NULL                                                                                       \
    }
#define FILES                                                                                                          \
    {                                                                                                                  \
        .name = "files", .entries = {ME, {GROUP, "kvm", 10, "me"}, {GROUP, "other", 11, NULL}}, .groups = { 10 }       \
    }
#define SSS .name = "sss", .has_initgroups = true

static void test_nss_query_any_world(void **state)
{
    static char long_conf[70 * 1024];
    static const struct {
        const char *name;
        struct world world;
        const char *asked;
        int want;
        const char *answers; /* or "#ITEM" that failed */
    } rows[] = {
        {"no nsswitch.conf", {.services = {FILES}}, "u:me g:kvm+ n:10+", 0, "4242 10+ 10+ "},
        {"known, nothing in doubt",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}, .read_step = 3},
         "u:me g:kvm",
         0,
         "4242 10 "},
        {"nobody",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}},
         "u:who g:who g:who+",
         0,
         "- - - "},
        {"no member",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}},
         "g:other+ n:77+",
         0,
         "11 77 "},
        {"nothing of a gid but membership", {.nsswitch = "group: files\n", .services = {FILES}}, "n:99", 0, "99 "},
        {"in the second service",
         {.nsswitch = "passwd: files sss\ngroup: files sss\n",
          .services = {FILES, {SSS, .entries = {{USER, "far", 7, NULL}, {GROUP, "far", 8, NULL}}}}},
         "u:far g:far",
         0,
         "7 8 "},
        {"a service that is down, not needed",
         {.nsswitch = "passwd: files sss\ngroup: files sss\n", .services = {FILES, {SSS, .error = ECONNREFUSED}}},
         "u:me g:kvm+",
         0,
         "4242 10+ "},
        {"a service that is down, needed for a user",
         {.nsswitch = "passwd: sss files\ngroup: files\n", .services = {FILES, {SSS, .error = ECONNREFUSED}}},
         "u:me u:who",
         ECONNREFUSED,
         "#1"},
        {"a service that is down, needed for a group",
         {.nsswitch = "passwd: files\ngroup: sss files\n", .services = {FILES, {SSS, .error = EIO}}},
         "u:me g:who",
         EIO,
         "#1"},
        {"a service that is down, needed for a membership",
         {.nsswitch = "passwd: files\ngroup: files sss\n",
          .services = {FILES, {SSS, .error = EIO, .initgroups_error = EIO}}},
         "g:other+",
         EIO,
         "#0"},
        {"it tells no reason",
         {.nsswitch = "passwd: files\ngroup: files sss\n",
          .services = {FILES, {SSS, .error = EIO, .initgroups_error = 0}}},
         "g:other+",
         EIO,
         "#0"},
        {"a service that is not there",
         {.nsswitch = "passwd: sss files\ngroup: files\n", .services = {FILES}},
         "u:who",
         EIO,
         "#0"},
        {"a service that is away, for a membership",
         {.nsswitch = "passwd: files\ngroup: files sss\n", .services = {FILES, {SSS, .is_away = true}}},
         "g:other+",
         EIO,
         "#0"},
        {"behind one that ends it when nobody is found",
         {.nsswitch = "passwd: files [NOTFOUND=return] sss\ngroup: files [NOTFOUND=return] sss\n",
          .services = {FILES, {SSS, .error = EIO}}},
         "u:who g:who",
         0,
         "- - "},
        {"a member by the function of the module",
         {.nsswitch = "passwd: files\ngroup: files sss\n", .services = {FILES, {SSS, .groups = {11}}}},
         "g:other+ n:12+",
         0,
         "11+ 12 "},
        {"a member by initgroups alone",
         {.nsswitch = "passwd: files\ngroup: files\ninitgroups: sss\n",
          .services = {{.name = "files", .entries = {ME, {GROUP, "other", 11, NULL}}}, {SSS, .groups = {11}}}},
         "g:other+",
         0,
         "11+ "},
        {"a member by the list of a service without that function",
         {.nsswitch = "passwd: files\ngroup: files old\n",
          .services = {{.name = "files", .entries = {ME, {GROUP, "kvm", 10, "me"}}},
                       {.name = "old", .entries = {{GROUP, "o", 12, "me"}}}}},
         "g:kvm+ g:o+ n:10+ n:13+",
         0,
         "10+ 12+ 10+ 13 "},
        {"knows nothing of him, and that ends it",
         {.nsswitch = "passwd: files\ngroup: sss [NOTFOUND=return] bad\n",
          .services = {FILES, {SSS, .knows_nothing = true}, {.name = "bad", .has_initgroups = true, .error = EIO}}},
         "n:13+",
         0,
         "13 "},
        {"knows nothing of him, and on",
         {.nsswitch = "passwd: files\ngroup: sss bad\n",
          .services = {FILES,
                       {SSS, .knows_nothing = true},
                       {.name = "bad", .has_initgroups = true, .error = EIO, .initgroups_error = EIO}}},
         "n:13+",
         EIO,
         "#0"},
        {"systemd that does not run",
         {.nsswitch = "passwd: files\ngroup: files systemd\n",
          .services =
              {FILES,
               {.name = "systemd", .has_initgroups = true, .status = NSS_STATUS_UNAVAIL, .initgroups_error = ESRCH}}},
         "n:13+",
         0,
         "13 "},
        {"systemd that is down",
         {.nsswitch = "passwd: files\ngroup: files systemd\n",
          .services =
              {FILES,
               {.name = "systemd", .has_initgroups = true, .status = NSS_STATUS_UNAVAIL, .initgroups_error = EIO}}},
         "n:13+",
         EIO,
         "#0"},
        {"another that says so",
         {.nsswitch = "passwd: files\ngroup: files sss\n",
          .services =
              {FILES,
               {.name = "sss", .has_initgroups = true, .status = NSS_STATUS_UNAVAIL, .initgroups_error = ESRCH}}},
         "n:13+",
         ESRCH,
         "#0"},
        {"a count that cannot be",
         {.nsswitch = "passwd: files\ngroup: files sss\n", .services = {FILES, {SSS, .initgroups_count = -1}}},
         "n:13+",
         EOVERFLOW,
         "#0"},
        {"a count that is too large",
         {.nsswitch = "passwd: files\ngroup: files sss\n",
          .services = {FILES, {SSS, .initgroups_count = VMNETACL_GROUPS_MAX + 1}}},
         "n:13+",
         EOVERFLOW,
         "#0"},
        {"a caller without an account",
         {.nsswitch = "passwd: files\ngroup: files\n",
          .services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}}},
         "g:g+ u:who n:5+",
         0,
         "5 - 5 "},
        {"a caller whom a service would know that is down",
         {.nsswitch = "passwd: sss files\ngroup: files\n",
          .services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}, {SSS, .error = EIO}}},
         "g:g+",
         EIO,
         "#0"},
        {"a caller who comes meanwhile",
         {.nsswitch = "passwd: files\ngroup: files\n",
          .services = {{.name = "files", .entries = {ME, {GROUP, "g", 5, NULL}}, .late = 2}}},
         "g:g+",
         0,
         "5 "},
        {"a caller who cannot be looked up",
         {.nsswitch = "passwd: sss\ngroup: files\n", .services = {FILES, {SSS, .error = EIO}}},
         "g:kvm+",
         EIO,
         "#0"},
        {"more room is needed",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}, .ranges = 5},
         "u:me g:kvm+",
         0,
         "4242 10+ "},
        {"more room than there is",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}, .ranges = 50},
         "u:me",
         ERANGE,
         "#0"},
        {"more room than there is, for a group",
         {.nsswitch = "group: files\n", .services = {FILES}, .ranges = 50},
         "g:kvm",
         ERANGE,
         "#0"},
        {"interrupted",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}, .interrupts = 3},
         "u:me g:kvm",
         0,
         "4242 10 "},
        {"a group, interrupted",
         {.nsswitch = "passwd: files\ngroup: files\n", .services = {FILES}, .interrupts = 3},
         "g:kvm",
         0,
         "10 "},
        {"a member, although another is down",
         {.nsswitch = "passwd: files\ngroup: bad sss\n",
          .services = {FILES,
                       {SSS, .groups = {13}},
                       {.name = "bad", .has_initgroups = true, .error = EIO, .initgroups_error = EIO}}},
         "n:13+",
         0,
         "13+ "},
        {"two that are down, the first tells",
         {.nsswitch = "passwd: files\ngroup: bad sss\n",
          .services = {FILES,
                       {SSS, .error = EIO, .initgroups_error = EPIPE},
                       {.name = "bad", .has_initgroups = true, .error = EIO, .initgroups_error = EIO}}},
         "n:13+",
         EIO,
         "#0"},
        {"a caller whom the second service knows",
         {.nsswitch = "passwd: files sss\ngroup: files\n",
          .services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}, {SSS, .entries = {ME}, .late = 2}}},
         "g:g+",
         0,
         "5+ "},
        {"a caller whom nobody is asked for behind the first",
         {.nsswitch = "passwd: files [NOTFOUND=return] sss\ngroup: files\n",
          .services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}, {SSS, .error = EIO}}},
         "g:g+",
         0,
         "5 "},
        {"nsswitch.conf that cannot be opened",
         {.nsswitch = "passwd: files\n", .services = {FILES}, .open_errno = EACCES},
         "u:me",
         EACCES,
         ""},
        {"nsswitch.conf that cannot be read",
         {.nsswitch = "passwd: files\n", .services = {FILES}, .read_errno = EIO},
         "u:me",
         EIO,
         ""},
        {"nsswitch.conf that is too large", {.nsswitch = long_conf, .services = {FILES}}, "u:me", EFBIG, ""},
        {"brackets that do not close",
         {.nsswitch = "passwd: files [NOTFOUND=return\ngroup: files\n", .services = {FILES}},
         "u:who",
         EINVAL,
         "#0"},
        {"brackets that do not close, of memberships",
         {.nsswitch = "passwd: files\ngroup: files [NOTFOUND\n", .services = {FILES}},
         "n:13+",
         EINVAL,
         "#0"},
        {"a service whose name is too long",
         {.nsswitch = "passwd: files 1234567890123456789012345678901234567890123456789012345678901234\ngroup: files\n",
          .services = {FILES}},
         "u:who",
         EINVAL,
         "#0"},
        {"a service whose name is longest",
         {.nsswitch = "passwd: files 123456789012345678901234567890123456789012345678901234567890123\ngroup: files\n",
          .services = {FILES}},
         "u:who",
         EIO,
         "#0"},
        {"words behind a number sign",
         {.nsswitch = "passwd: files # not these\ngroup: files #\n", .services = {FILES}},
         "u:who g:who n:13+",
         0,
         "- - 13 "},
        {"a service behind a number sign that answers",
         {.nsswitch = "passwd: files # sss\ngroup: files\n", .services = {FILES, {SSS}}},
         "u:who",
         0,
         "- "},
        {"two names, and the first fails",
         {.nsswitch = "passwd: sss files\ngroup: files\n", .services = {FILES, {SSS, .error = EIO}}},
         "u:who u:whom",
         EIO,
         "#0"},
        {"a service behind a number sign",
         {.nsswitch = "passwd: files # sss\ngroup: files\n", .services = {FILES, {SSS, .error = EIO}}},
         "u:who",
         EIO,
         "#0"},
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

/* Every choice of services that the C library can refuse, and every allocation. */
static const struct world full = {
    .nsswitch = "passwd: files sss\ngroup: files sss old\ninitgroups: files sss old\n",
    .services = {FILES, {SSS, .groups = {11}}, {.name = "old", .entries = {{GROUP, "o", 12, "me"}}}},
    .ranges = 1,
};
#define FULL_ASKED "u:who g:who g:kvm+ g:o+ n:13+"

/* One in which the caller has no account. */
static const struct world without_caller = {
    .nsswitch = "passwd: files sss\ngroup: files\n",
    .services = {{.name = "files", .entries = {{GROUP, "g", 5, "me"}}}, {SSS}},
};

static void test_nss_query_choice_refused_error(void **state)
{
    char answers[256];
    int count;

    (void)state;
    failing_allocation = 0;
    assert_int_equal(query(&full, FULL_ASKED, answers), 0);
    assert_string_equal(answers, "- - 10+ 12+ 13 ");
    count = configure_calls;
    assert_in_range(count, 7, 20);
    for (int n = 1; n <= count; n++) {
        struct world refused = full;
        refused.configure_fails = n;
        assert_int_equal(query(&refused, FULL_ASKED, answers), EINVAL);
    }
    assert_int_equal(query(&without_caller, "g:g+", answers), 0);
    count = configure_calls;
    for (int n = 1; n <= count; n++) {
        struct world refused = without_caller;
        refused.configure_fails = n;
        assert_int_equal(query(&refused, "g:g+", answers), EINVAL);
    }
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

/* The worker ends when a service says what it cannot say, as the C library would. */
static void test_nss_query_status_that_is_none_ends(void **state)
{
    static const enum nss_status statuses[] = {NSS_STATUS_TRYAGAIN - 1, NSS_STATUS_RETURN + 1};
    volatile size_t ended_count = 0;
    char answers[256];

    (void)state;
    for (volatile size_t i = 0; i < COUNT_OF(statuses); i++) {
        const struct world odd = {.nsswitch = "passwd: files\ngroup: sss\n",
                                  .services = {FILES, {SSS, .status = statuses[i]}}};
        if (setjmp(ended) == 0)
            (void)query(&odd, "n:13+", answers);
        else
            ended_count++;
        is_running = false;
    }
    if (__lsan_enable != NULL)
        for (size_t i = 0; i < ended_count; i++)
            __lsan_enable();
    assert_int_equal(ended_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nss_query_any_world),
        cmocka_unit_test(test_nss_query_status_that_is_none_ends),
        cmocka_unit_test(test_nss_query_choice_refused_error),
        cmocka_unit_test(test_nss_query_allocation_fails_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
