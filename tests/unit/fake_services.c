/* SPDX-License-Identifier: MIT */
/* See fake_services.h. */
#include "fake_services.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const gid_t eight[] = {8, 0};
const gid_t nameless[] = {4711, 0};

static struct world world;
static unsigned fault_calls;
char asked[8192];
size_t allocations_left;
bool has_no_files;
static bool is_asking; /* query_run() runs */

void world_start(const struct world *of)
{
    world = *of;
    fault_calls = 0;
    asked[0] = '\0';
    allocations_left = SIZE_MAX;
    has_no_files = false;
}

/* Note a call. True: it fails with *error. */
static bool call_fails(const char *call, int *error)
{
    size_t len = strlen(asked);

    if (len + strlen(call) + 2 < sizeof asked)
        (void)snprintf(asked + len, sizeof asked - len, "%s%s", len > 0 ? "; " : "", call);
    *error = 0;
    if (world.fault.call == NULL)
        return false;
    len = strcspn(world.fault.call, "*");
    if (strncmp(world.fault.call, call, len) != 0 || (world.fault.call[len] == '\0' && call[len] != '\0'))
        return false;
    fault_calls++;
    *error = world.fault.error;
    return world.fault.number == 0 || world.fault.number == fault_calls;
}

static bool allocation_fails(void)
{
    if (!is_asking || allocations_left == SIZE_MAX || allocations_left-- > 0)
        return false;
    allocations_left = 0;
    return true;
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found);
int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found);
int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *list, int *count);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__real_fopen(const char *path, const char *mode);
int __wrap_fclose(FILE *file);
int __real_fclose(FILE *file);
struct passwd *__wrap_fgetpwent(FILE *file);
struct group *__wrap_fgetgrent(FILE *file);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__real_strdup(const char *text);

static int find_user(const char *call, const char *name, uid_t uid, struct passwd *entry, struct passwd **found)
{
    int error;

    *found = NULL;
    if (call_fails(call, &error))
        return error;
    for (size_t i = 0; i < LIST_MAX && world.users[i].name != NULL; i++) {
        if (name != NULL ? strcmp(world.users[i].name, name) != 0 : world.users[i].uid != uid)
            continue;
        *entry = (struct passwd){.pw_name = (char *)(uintptr_t)world.users[i].name,
                                 .pw_uid = world.users[i].uid,
                                 .pw_gid = world.users[i].gid};
        *found = entry;
        return 0;
    }
    return 0;
}

static int find_group(const char *call, const char *name, gid_t gid, struct group *entry, struct group **found)
{
    static char *members[2];
    int error;
    bool fails = call_fails(call, &error);

    *found = NULL;
    if (fails && error != ANOTHER)
        return error;
    for (size_t i = 0; i < LIST_MAX && world.groups[i].name != NULL; i++) {
        if (name != NULL ? strcmp(world.groups[i].name, name) != 0 : world.groups[i].gid != gid)
            continue;
        if (fails) {
            fails = false;
            continue;
        }
        members[0] = (char *)(uintptr_t)world.groups[i].member;
        *entry = (struct group){.gr_name = (char *)(uintptr_t)world.groups[i].name,
                                .gr_gid = world.groups[i].gid,
                                .gr_mem = members};
        *found = entry;
        return 0;
    }
    return 0;
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    char call[300];

    assert_true(buffer != NULL && size > 0);
    (void)snprintf(call, sizeof call, "getpwnam %s", name);
    return find_user(call, name, 0, entry, found);
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    char call[64];

    assert_true(buffer != NULL && size > 0);
    (void)snprintf(call, sizeof call, "getpwuid %u", uid);
    return find_user(call, NULL, uid, entry, found);
}

int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found)
{
    char call[300];

    assert_true(buffer != NULL && size > 0);
    (void)snprintf(call, sizeof call, "getgrnam %s", name);
    return find_group(call, name, 0, entry, found);
}

int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found)
{
    char call[64];

    assert_true(buffer != NULL && size > 0);
    (void)snprintf(call, sizeof call, "getgrgid %u", gid);
    return find_group(call, NULL, gid, entry, found);
}

/* As glibc: it has no room for one more than it says at first, and it never fails. */
int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *list, int *count)
{
    int total = 1;
    int error;
    bool fails = call_fails("getgrouplist", &error);

    assert_non_null(user);
    if (fails && error > 0) {
        *count = error; /* what it wants room for */
        return -1;
    }
    while (!fails && total <= LIST_MAX && world.memberships[total - 1] != 0)
        total++;
    list[0] = gid;
    memcpy(list + 1, world.memberships, (size_t)(total - 1) * sizeof *list);
    *count = total;
    return total;
}

static size_t file_at;

FILE *__wrap_fopen(const char *path, const char *mode)
{
    int error;

    if (!is_asking) /* what counts the lines that ran opens files, too */
        return __real_fopen(path, mode);
    assert_string_equal(mode, "re");
    (void)call_fails(path, &error);
    file_at = 0;
    return has_no_files ? NULL : stdin;
}

int __wrap_fclose(FILE *file)
{
    if (!is_asking)
        return __real_fclose(file);
    assert_ptr_equal(file, stdin);
    return 0;
}

struct passwd *__wrap_fgetpwent(FILE *file)
{
    static struct passwd entry;

    assert_ptr_equal(file, stdin);
    if (file_at == LIST_MAX || world.users[file_at].name == NULL)
        return NULL;
    entry =
        (struct passwd){.pw_name = (char *)(uintptr_t)world.users[file_at].name, .pw_uid = world.users[file_at].uid};
    file_at++;
    return &entry;
}

struct group *__wrap_fgetgrent(FILE *file)
{
    static struct group entry;

    assert_ptr_equal(file, stdin);
    if (file_at == LIST_MAX || world.groups[file_at].name == NULL)
        return NULL;
    entry =
        (struct group){.gr_name = (char *)(uintptr_t)world.groups[file_at].name, .gr_gid = world.groups[file_at].gid};
    file_at++;
    return &entry;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return allocation_fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return allocation_fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return allocation_fails() ? NULL : __real_strdup(text);
}

static void add_item(const char *text, struct accounts *accounts, struct lookup_item *items)
{
    char verb[8], kind[8], name[64];
    uint32_t index;
    enum account_kind account;
    size_t count = accounts->count;

    assert_int_equal(sscanf(text, "%7s %7s %63s", verb, kind, name), 3);
    account = strcmp(kind, "user") == 0 ? ACCOUNT_USER : strcmp(kind, "group") == 0 ? ACCOUNT_GROUP : ACCOUNT_GID;
    assert_true(accounts_intern(accounts, account, name, strlen(name),
                                account == ACCOUNT_GID ? (uint32_t)strtoul(name, NULL, 10) : 0, &index));
    if (index == count)
        items[index] = (struct lookup_item){.kind = account, .id = accounts->list[index].id};
    items[index].is_denied = items[index].is_denied || strcmp(verb, "deny") == 0;
    items[index].is_allowed = items[index].is_allowed || strcmp(verb, "allow") == 0;
}

void ask(const struct question *question, struct answers *answers)
{
    struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL,
                                     .uid = UID,
                                     .gid = GID,
                                     .groups = question->groups};
    struct lookup_item items[16];
    struct accounts accounts = {.count = 0};
    struct lookup lookup = {.caller = &caller,
                            .first_suffices = !question->ordered && !question->every_bridge,
                            .is_for_every_bridge = question->every_bridge,
                            .accounts = &accounts,
                            .items = items};
    size_t allocations = allocations_left;

    allocations_left = SIZE_MAX;
    while (caller.groups != NULL && caller.groups[caller.groups_count] != 0)
        caller.groups_count++;
    for (size_t i = 0; i < 16 && question->items[i] != NULL; i++)
        add_item(question->items[i], &accounts, items);
    lookup.count = accounts.count;
    for (size_t i = 0; i < lookup.count; i++)
        items[i].name = accounts_name(&accounts, i);
    *answers = (struct answers){.count = lookup.count};
    allocations_left = allocations;
    is_asking = true;
    answers->error = query_run(&lookup, answers->list, &answers->failure);
    is_asking = false;
    allocations_left = SIZE_MAX;
    accounts_free(&accounts);
}

static const char *state_word(const struct worker_answer *answer)
{
    static const char *const words[] = {"skipped", "known", "absent", "failed"};

    return words[answer->state];
}

const char *answers_text(const struct answers *answers)
{
    static char text[1024];

    text[0] = '\0';
    for (size_t i = 0; i < answers->count; i++) {
        const struct worker_answer *answer = &answers->list[i];
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? ", " : "", state_word(answer));
        len = strlen(text);
        if (answer->state == ACCOUNT_KNOWN)
            (void)snprintf(text + len, sizeof text - len, " %u", answer->id);
        if (answer->is_caller != 0)
            strcat(text, " caller");
    }
    return text;
}
