/* SPDX-License-Identifier: MIT */
/* What the worker asks, and what it makes of the answers. The name service is the test's, function by function. */
#include "query.h"
#include "random.h"
#include "unit.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UID = 1000,
    GID = 100,
    LIST_MAX = 8,
    ANOTHER = -2
};

struct user {
    const char *name;
    uid_t uid;
    gid_t gid;
};

struct group_of {
    const char *name;
    gid_t gid;
    const char *member; /* NULL: none is listed */
};

/* A call that fails. */
struct fault {
    const char *call; /* "getpwnam alice", "getpwnam *", "getgrgid 7", "getgrouplist"; NULL: none */
    int error;        /* 0: it says "not found"; ANOTHER: it finds the next one with that name */
    unsigned number;  /* of such calls, the one that fails, from 1; 0: all */
};

struct world {
    struct user users[LIST_MAX];
    struct group_of groups[LIST_MAX];
    gid_t memberships[LIST_MAX]; /* by getgrouplist(3); ends with 0 */
    struct fault fault;
};

static struct world world;
static unsigned fault_calls;
static char asked[8192];
static size_t allocations_left; /* before one of query_run() fails; SIZE_MAX: none does */
static bool has_no_files;
static bool is_asking; /* query_run() runs */

static void world_start(const struct world *of)
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

/* A question: each item is "allow user NAME", "deny group NAME", "deny gid N" and so on. */
struct question {
    const char *items[16];
    const gid_t *groups; /* of the caller's credentials; ends with 0; NULL: none but GID */
    bool every_bridge;
    bool ordered; /* it matters which allow matches first */
};

struct answers {
    int error;
    struct lookup_failure failure;
    size_t count;
    struct worker_answer list[16];
};

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

static void ask(const struct question *question, struct answers *answers)
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

/* "known 7 caller, absent, ..." */
static const char *answers_text(const struct answers *answers)
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

#define USERS                                                                                                          \
    {                                                                                                                  \
        {"alice", UID, GID}, {"bob", 1001, 101},                                                                       \
        {                                                                                                              \
            "alias", UID, 102                                                                                          \
        }                                                                                                              \
    }
#define GROUPS                                                                                                         \
    {                                                                                                                  \
        {"own", GID, NULL}, {"club", 7, "alice"}, {"far", 8, NULL},                                                    \
        {                                                                                                              \
            "other", 9, "bob"                                                                                          \
        }                                                                                                              \
    }

static const gid_t eight[] = {8, 0};
static const gid_t nameless[] = {4711, 0};

/* Who is meant, with all services up. */
static void test_query_run_each_item(void **state)
{
    static const struct {
        struct question question;
        const char *want;
    } rows[] = {
        {{.items = {"allow user alice"}}, "known 1000"},
        {{.items = {"allow user alias"}}, "known 1000"},
        {{.items = {"allow user nosuch"}}, "absent"},
        {{.items = {"allow group far"}}, "known 8"},
        {{.items = {"allow group nosuch"}}, "absent"},
        {{.items = {"allow group nosuch", "allow group far", "allow user bob"}, .groups = eight},
         "absent, known 8, skipped"},
        {{.items = {"allow group own", "allow group far"}, .groups = eight}, "known 100, skipped"},
        {{.items = {"deny user alice"}}, "known 1000 caller"},
        {{.items = {"deny user alias"}}, "known 1000 caller"}, /* another name of his uid */
        {{.items = {"deny user bob"}}, "known 1001"},
        {{.items = {"deny user nosuch"}}, "absent"},
        {{.items = {"deny group own"}}, "known 100 caller"}, /* by his credentials */
        {{.items = {"deny group far"}, .groups = eight}, "known 8 caller"},
        {{.items = {"deny group club"}}, "known 7 caller"}, /* listed as a member */
        {{.items = {"deny group far"}}, "known 8 caller"},  /* only by getgrouplist(3) */
        {{.items = {"deny group other"}}, "known 9"},
        {{.items = {"deny group nosuch"}}, "absent"},
        {{.items = {"deny gid 100"}}, "known 100 caller"},
        {{.items = {"deny gid 7"}}, "known 7 caller"},
        {{.items = {"deny gid 8"}}, "known 8 caller"},
        {{.items = {"deny gid 9"}}, "known 9"},
        {{.items = {"deny gid 4712"}}, "known 4712"},
        {{.items = {"deny gid 4711"}, .groups = nameless}, "known 4711 caller"},
        {{.items = {"deny group other"}, .groups = nameless}, "known 9"}, /* it is another's */
        {{.items = {"deny user bob", "deny group other"}, .groups = nameless}, "known 1001, known 9"},
        {{.items = {"allow user bob", "deny user bob", "allow group own"}}, "known 1001, known 100"},
        {{.items = {"deny user nosuch", "deny group other", "deny gid 9", "deny user alice"}},
         "absent, known 9, known 9, known 1000 caller"},
    };
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        world_start(&all);
        ask(&rows[i].question, &answers);
        if (answers.error != 0 || strcmp(answers_text(&answers), rows[i].want) != 0)
            fail_msg("row %zu: %d, want '%s', got '%s'", i, answers.error, rows[i].want, answers_text(&answers));
        assert_int_equal(answers.failure.call, LOOKUP_NONE);
    }
}

/* A group has more than one name, or more than one number: each of them counts. */
static void test_query_run_two_names_for_a_gid(void **state)
{
    static const struct world two = {
        .users = USERS,
        .groups = {{"own", GID, NULL}, {"pupils", 7, NULL}, {"students", 7, NULL}, {"shared", 20, NULL}}};
    static const struct world hidden = {.users = USERS, .groups = {{"own", GID, NULL}, {"pupils", 7, NULL}}};
    static const struct world namesake = {.users = USERS,
                                          .groups = {{"own", GID, NULL}, {"shared", 20, NULL}, {"shared", 7, NULL}}};
    static const gid_t seven[] = {7, 0};
    const struct question first = {.items = {"deny group pupils"}, .groups = seven};
    const struct question second = {.items = {"deny group students"}, .groups = seven};
    const struct question shared = {.items = {"deny group shared"}, .groups = seven};
    struct answers answers;

    (void)state;
    world_start(&two);
    ask(&first, &answers);
    assert_string_equal(answers_text(&answers), "known 7 caller");
    ask(&second, &answers);
    assert_string_equal(answers_text(&answers), "known 7 caller");
    /* Only a service that is down knows that the gid has another name: this is what cannot be told. */
    world_start(&hidden);
    ask(&second, &answers);
    assert_string_equal(answers_text(&answers), "absent");
    /* By its name it is 20, and his group 7 is called so, too. */
    world_start(&namesake);
    ask(&shared, &answers);
    assert_string_equal(answers_text(&answers), "known 20 caller");
}

/* What is asked, and in which order: nothing that the answer does not depend on. */
static void test_query_run_asks_only_what_matters(void **state)
{
    static const struct {
        struct question question;
        const char *want;
    } rows[] = {
        {{.items = {"allow user alice"}}, "getpwnam alice"},
        {{.items = {"allow group club", "allow group own", "allow user bob"}}, "getgrnam club; getgrnam own"},
        {{.items = {"allow user alice", "allow user bob"}, .every_bridge = true}, "getpwnam alice; getpwnam bob"},
        {{.items = {"deny user bob"}}, "getpwuid 1000; getpwnam bob"},
        {{.items = {"deny group club"}}, "getpwuid 1000; getgrnam club"},
        {{.items = {"deny gid 7"}}, "getpwuid 1000; getgrgid 7"},
        {{.items = {"deny gid 9"}}, "getpwuid 1000; getgrgid 9; getgrouplist; getgrgid 9; getgrouplist"},
        {{.items = {"deny group far"}}, "getpwuid 1000; getgrnam far; getgrouplist"},
        {{.items = {"deny group other"}},
         "getpwuid 1000; getgrnam other; getgrouplist; getgrnam other; getgrouplist; getgrgid 8; getgrgid 100"},
        /* Many names: the caller's first, and /etc/passwd once. */
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user g", "allow user alice"}},
         "getpwuid 1000; getpwnam alice"},
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user bob", "allow user alice"},
          .ordered = true},
         "/etc/passwd; getpwnam a; getpwnam b; getpwnam c; getpwnam d; getpwnam e; getpwnam f; getpwnam alice"},
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user bob", "allow user alias"}},
         "getpwuid 1000; /etc/passwd; getpwnam a; getpwnam b; getpwnam c; getpwnam d; getpwnam e; getpwnam f; "
         "getpwnam alias"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group g", "allow group own"},
          .groups = eight},
         "getgrgid 8; getgrgid 100; getgrnam own"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group own", "allow group far"},
          .groups = eight},
         "getgrgid 8; getgrnam far"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group other", "allow group far"}},
         "getgrgid 100; /etc/group; getgrnam a; getgrnam b; getgrnam c; getgrnam d; getgrnam e; getgrnam f"},
    };
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        world_start(&all);
        ask(&rows[i].question, &answers);
        assert_int_equal(answers.error, 0);
        if (strcmp(asked, rows[i].want) != 0)
            fail_msg("row %zu: want '%s', got '%s'", i, rows[i].want, asked);
    }
}

/* A file settles who does not match; without it, each name is asked about. */
static void test_query_run_bulk_answers_the_same(void **state)
{
    static const struct question many = {.items = {"allow user a", "allow user b", "allow user c", "allow user d",
                                                   "allow user e", "allow user f", "allow user carol",
                                                   "allow user alias", "deny user bob", "deny group other"},
                                         .every_bridge = true};
    /* Of several entries with a name, the first counts, as for the C library. */
    static const struct world all = {.users = {{"alice", UID, GID},
                                               {"bob", 1001, 101},
                                               {"carol", 1002, 102},
                                               {"carol", UID, 102},
                                               {"alias", UID, 102}},
                                     .groups = GROUPS};
    struct answers answers;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world_start(&all);
        has_no_files = i == 1;
        ask(&many, &answers);
        assert_int_equal(answers.error, 0);
        assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, known 1002, "
                                                    "known 1000, known 1001, known 9");
        assert_int_equal(strstr(asked, "getpwnam carol") != NULL, i == 1);
        assert_non_null(strstr(asked, "getpwnam bob"));
    }
}

/* The caller's own names cannot be looked up, or no allow is for them: then all are asked about. */
static void test_query_run_bulk_without_own_names(void **state)
{
    static const struct question users = {.items = {"allow user a", "allow user b", "allow user c", "allow user d",
                                                    "allow user e", "allow user f", "allow user g", "allow user alias",
                                                    "deny user alice"}};
    static const struct question groups = {.items = {"allow group a", "allow group b", "allow group c", "allow group d",
                                                     "allow group e", "allow group f", "allow group far",
                                                     "allow group g", "deny group other"},
                                           .groups = nameless};
    struct answers answers;

    (void)state;
    for (unsigned i = 0; i < 3; i++) { /* it works, it fails, it finds nothing */
        world_start(&(const struct world){.users = USERS,
                                          .groups = GROUPS,
                                          .fault = {i == 0 ? NULL : "getpwuid 1000", i == 1 ? EIO : 0, 1}});
        ask(&users, &answers);
        assert_int_equal(answers.error, 0);
        assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, absent, "
                                                    "known 1000, known 1000 caller");
        world_start(
            &(const struct world){.users = USERS, .groups = GROUPS, .fault = {i == 0 ? NULL : "getgrgid 100", EIO, 1}});
        ask(&groups, &answers);
        assert_int_equal(answers.error, 0);
        assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, known 8, absent, "
                                                    "known 9");
    }
}

/* Many denies: a local account who is not meant is settled by the file, and who is meant is looked up. */
static void test_query_run_bulk_of_denies(void **state)
{
    static const struct question users = {.items = {"deny user a", "deny user b", "deny user c", "deny user d",
                                                    "deny user e", "deny user bob", "deny user alias",
                                                    "deny user alice"}};
    static const struct question groups = {.items = {"deny group a", "deny group b", "deny group c", "deny group own",
                                                     "deny group club", "deny group far", "deny group other",
                                                     "deny group d"}};
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};
    struct answers answers;

    (void)state;
    world_start(&all);
    ask(&users, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers),
                        "absent, absent, absent, absent, absent, known 1001, known 1000 caller, "
                        "known 1000 caller");
    assert_null(strstr(asked, "getpwnam bob"));
    /* His login name is denied, whatever uid the first entry of that name has. */
    world_start(&(const struct world){.users = {{"alice", 1002, GID}, {"alice", UID, GID}}, .groups = GROUPS});
    ask(&users, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, absent, "
                                                "known 1002 caller");
    world_start(&all);
    ask(&groups, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "absent, absent, absent, known 100 caller, known 7 caller, "
                                                "known 8 caller, known 9, absent");
    assert_null(strstr(asked, "/etc/group")); /* which does not show all members */
}

/* A name with two entries in the file is who the first one says, as for the C library: for an allow and for a deny. */
static void test_query_run_bulk_first_entry_counts(void **state)
{
    static const struct question rows[] = {
        {.items = {"deny user a", "deny user b", "deny user c", "deny user d", "deny user e", "deny user f",
                   "deny user g", "deny user twice"}},
        {.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                   "allow user g", "allow user twice"},
         .ordered = true},
    };
    static const struct world orders[] = {
        {.users = {{"alice", UID, GID}, {"twice", UID, GID}, {"twice", 1002, GID}}, .groups = GROUPS},
        {.users = {{"alice", UID, GID}, {"twice", 1002, GID}, {"twice", UID, GID}}, .groups = GROUPS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(orders); j++) {
            struct answers answers;
            world_start(&orders[j]);
            ask(&rows[i], &answers);
            assert_int_equal(answers.error, 0);
            assert_int_equal(answers.list[7].id, j == 0 ? UID : 1002);
            assert_int_equal(answers.list[7].is_caller, i == 0 && j == 0);
        }
}

/* A name that an allow and a deny depend on is asked about twice; it has to be the same. */
static void test_query_run_user_changes_meanwhile_error(void **state)
{
    static const struct question question = {.items = {"allow user alias", "deny user alias"}};
    static const struct world gone = {.users = USERS, .groups = GROUPS, .fault = {"getpwnam alias", 0, 2}};
    struct answers answers;

    (void)state;
    world_start(&gone);
    ask(&question, &answers);
    assert_int_equal(answers.error, EAGAIN);
    assert_int_equal(answers.failure.call, LOOKUP_USER);
}

static void test_query_run_caller_not_identified_fails(void **state)
{
    static const char *const denies[] = {"deny user bob", "deny group club", "deny gid 9"};
    static const struct world unknown = {.users = {{"bob", 1001, 101}}, .groups = GROUPS};
    struct answers answers;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(denies); i++) {
        const struct question question = {.items = {"allow user bob", denies[i]}};
        world_start(&unknown);
        ask(&question, &answers);
        assert_int_equal(answers.error, EINVAL);
        assert_int_equal(answers.failure.call, LOOKUP_NO_ACCOUNT);
        assert_int_equal(answers.failure.id, UID);
        assert_int_equal(answers.failure.item, i > 0);
    }
    /* For an allow, his account does not matter. */
    world_start(&unknown);
    ask(&(const struct question){.items = {"allow group own"}}, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 100");
}

/* That a group is unknown is believed only of a caller all of whose groups have names. */
static void test_query_run_group_without_a_name_fails(void **state)
{
    static const struct {
        const char *name;
        struct world world;
        struct question question;
        gid_t gid;
    } rows[] = {
        {"of the credentials",
         {.users = USERS, .groups = GROUPS},
         {.items = {"deny group nosuch"}, .groups = nameless},
         4711},
        {"of the passwd entry",
         {.users = {{"alice", UID, 4712}}, .groups = GROUPS},
         {.items = {"deny group nosuch"}},
         4712},
        {"of getgrouplist(3)",
         {.users = USERS, .groups = GROUPS, .memberships = {4713}},
         {.items = {"deny group nosuch"}},
         4713},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        print_message("  %s\n", rows[i].name);
        world_start(&rows[i].world);
        ask(&rows[i].question, &answers);
        assert_int_equal(answers.error, EINVAL);
        assert_int_equal(answers.failure.call, LOOKUP_NAMELESS);
        assert_int_equal(answers.failure.id, rows[i].gid);
        assert_int_equal(answers.failure.item, 0);
    }
}

/* A lookup that fails, and a deny depends on it: whatever the errno. */
static void test_query_run_deny_lookup_fails_error(void **state)
{
    static const struct {
        const char *deny;
        const char *call;
        enum lookup_call want;
        uint32_t id;
    } rows[] = {
        {"deny user bob", "getpwuid 1000", LOOKUP_UID, UID},
        {"deny user bob", "getpwnam bob", LOOKUP_USER, 0},
        {"deny group other", "getpwuid 1000", LOOKUP_UID, UID},
        {"deny group other", "getgrnam other", LOOKUP_GROUP, 0},
        {"deny group other", "getgrgid 100", LOOKUP_GID, GID},
        {"deny gid 9", "getgrgid 9", LOOKUP_GID, 9},
        {"deny group nosuch", "getgrnam nosuch", LOOKUP_GROUP, 0},
    };
    static const int errors[] = {ENOENT, ESRCH, EIO, EMFILE, ERANGE, ECONNREFUSED, -1};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(errors); j++) {
            struct world world_of_row = {.users = USERS, .groups = GROUPS, .fault = {rows[i].call, errors[j], 0}};
            const struct question question = {.items = {rows[i].deny}};
            struct answers answers;
            world_start(&world_of_row);
            ask(&question, &answers);
            if (answers.error != errors[j] || answers.failure.call != rows[i].want)
                fail_msg("%s, %s: %d, %d", rows[i].deny, rows[i].call, answers.error, (int)answers.failure.call);
            assert_int_equal(answers.failure.id, rows[i].id);
            assert_int_equal(answers.failure.error, errors[j]);
        }
}

/* A service that goes away, or comes back, between two questions. */
static void test_query_run_group_changes_meanwhile_error(void **state)
{
    static const struct world gone = {.users = USERS, .groups = GROUPS, .fault = {"getgrnam other", 0, 2}};
    static const struct world back = {.users = USERS, .groups = GROUPS, .fault = {"getgrnam other", 0, 1}};
    static const struct world down = {.users = USERS, .groups = GROUPS, .fault = {"getgrnam other", EIO, 2}};
    static const struct world moved = {.users = USERS,
                                       .groups = {{"own", GID, NULL}, {"other", 9, NULL}, {"other", 10, NULL}},
                                       .fault = {"getgrnam other", ANOTHER, 2}};
    static const struct world late = {.users = USERS,
                                      .groups = GROUPS,
                                      .memberships = {9},
                                      .fault = {"getgrouplist", 0, 1}};
    const struct question question = {.items = {"deny group other"}};
    struct answers answers;

    (void)state;
    world_start(&gone);
    ask(&question, &answers);
    assert_int_equal(answers.error, EAGAIN);
    assert_int_equal(answers.failure.call, LOOKUP_GROUP);
    world_start(&back);
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 9");
    world_start(&down);
    ask(&question, &answers);
    assert_int_equal(answers.error, EIO);
    world_start(&moved);
    ask(&question, &answers);
    assert_int_equal(answers.error, EAGAIN);
    world_start(&late); /* the first getgrouplist(3) puts him into no group */
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 9 caller");
}

static void test_query_run_getgrouplist_wants_room(void **state)
{
    static const struct {
        int wants;
        int want;
    } rows[] = {{VMNETACL_GROUPS_MAX + 1, E2BIG}, {64, EIO}, {1, EIO}};
    const struct question question = {.items = {"deny group other"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct world world_of_row = {.users = USERS,
                                           .groups = GROUPS,
                                           .fault = {"getgrouplist", rows[i].wants, 0}};
        struct answers answers;
        world_start(&world_of_row);
        ask(&question, &answers);
        assert_int_equal(answers.error, rows[i].want);
        assert_int_equal(answers.failure.call, LOOKUP_MEMBERSHIPS);
        assert_int_equal(answers.failure.id, UID);
    }
    /* As much as a process can have: then it is asked again, and has room. */
    world_start(&(const struct world){
        .users = USERS, .groups = GROUPS, .memberships = {9}, .fault = {"getgrouplist", VMNETACL_GROUPS_MAX, 1}});
    struct answers answers;
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 9 caller");
}

/* A lookup that only an allow depends on: the others are answered all the same. */
static void test_query_run_allow_lookup_fails_others_answered(void **state)
{
    static const struct world down = {.users = USERS, .groups = GROUPS, .fault = {"getpwnam remote", ENOENT, 0}};
    static const struct question question = {
        .items = {"allow user nosuch", "allow user remote", "allow group far", "allow user alice", "deny group other"}};
    struct answers answers;

    (void)state;
    world_start(&down);
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "absent, failed, known 8, known 1000, known 9");
    assert_int_equal(answers.failure.call, LOOKUP_USER);
    assert_int_equal(answers.failure.item, 1);
    assert_int_equal(answers.failure.error, ENOENT);
    /* A deny for the same name makes it an error. */
    world_start(&down);
    ask(&(const struct question){.items = {"allow user remote", "deny user remote"}}, &answers);
    assert_int_equal(answers.error, ENOENT);
    /* Of several, the first is told, be it a user or a group. */
    world_start(&(const struct world){.users = USERS, .groups = GROUPS, .fault = {"getpwnam *", EIO, 0}});
    ask(&(const struct question){.items = {"allow user bob", "allow user remote"}}, &answers);
    assert_string_equal(answers_text(&answers), "failed, failed");
    assert_int_equal(answers.failure.item, 0);
    world_start(&(const struct world){.users = USERS, .groups = GROUPS, .fault = {"getgrnam g", EIO, 0}});
    ask(&(const struct question){.items = {"allow group g", "allow user alice"}}, &answers);
    assert_string_equal(answers_text(&answers), "failed, known 1000");
    assert_int_equal(answers.failure.call, LOOKUP_GROUP);
}

/* Interrupted, or out of room for a large entry: the call is made again. */
static void test_query_run_call_is_repeated(void **state)
{
    static const int errors[] = {EINTR, ERANGE};
    struct answers answers;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        world_start(&(const struct world){.users = USERS, .fault = {"getpwnam alice", errors[i], 1}});
        ask(&(const struct question){.items = {"allow user alice"}}, &answers);
        assert_string_equal(answers_text(&answers), "known 1000");
        assert_string_equal(asked, "getpwnam alice; getpwnam alice");
        world_start(&(const struct world){.groups = GROUPS, .fault = {"getgrnam own", errors[i], 1}});
        ask(&(const struct question){.items = {"allow group own"}}, &answers);
        assert_string_equal(answers_text(&answers), "known 100");
    }
}

/* An entry that is too large, and no memory for it. */
static void test_query_run_out_of_memory_for_a_large_entry(void **state)
{
    static const struct {
        struct question question;
        const char *call;
    } rows[] = {
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user g", "allow user alice"}},
         "getpwnam alice"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group g", "allow group far"},
          .groups = eight},
         "getgrnam far"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        world_start(&(const struct world){.users = USERS, .groups = GROUPS, .fault = {rows[i].call, ERANGE, 1}});
        allocations_left = 2; /* what is settled, and the first buffer */
        ask(&rows[i].question, &answers);
        assert_int_equal(answers.error, ENOMEM);
    }
}

static void test_query_run_out_of_memory_at_each_allocation(void **state)
{
    static const struct question questions[] = {
        {.items = {"deny group other", "deny user bob"}, .groups = eight},
        {.items = {"allow user a", "allow group b"}},
        {.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                   "allow user g", "allow user alice"}},
        {.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e", "allow group f",
                   "allow group g", "allow group own"}},
    };
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        struct answers answers;
        size_t count = 0;
        do {
            world_start(&all);
            allocations_left = count;
            ask(&questions[i], &answers);
            assert_true(answers.error == 0 || answers.error == ENOMEM);
        } while (answers.error == ENOMEM && count++ < 100);
        assert_in_range(count, 1, 20);
    }
}

/*
 * Worlds at random, of which a part is missing or one call fails: a deny that the caller's credentials or his passwd
 * entry show to be about him is never answered with no.
 */
static void test_query_run_service_down_never_loses_a_deny(void **state)
{
    static const char *const names[] = {"own", "club", "far", "other"};
    static const char *const calls[] = {"getgrgid 101", "getgrgid *", "getgrnam *", "getgrouplist", "getpwuid *"};
    static const int errors[] = {ENOENT, EIO, 0};
    unsigned lost = 0, matched = 0, failed = 0, others = 0;

    (void)state;
    random_start(20260207);
    for (unsigned round = 0; round < 40000; round++) {
        struct world down = {.users = {{"alice", UID, (gid_t)(100 + random_below(4))}}};
        gid_t groups[3] = {0};
        char deny[32];
        const size_t denied = random_below(4);
        const size_t kind = random_below(4);
        struct answers answers;
        size_t count = 0;
        bool is_meant;
        if (random_below(8) == 0)
            down.users[0].name = NULL;
        for (size_t i = 0; i < 4; i++) /* what is left of own 100, club 101, far 102 and other 103 */
            if (random_below(2) == 0)
                down.groups[count++] =
                    (struct group_of){names[i], (gid_t)(100 + i), random_below(2) == 0 ? "alice" : NULL};
        if (random_below(3) != 0)
            groups[0] = (gid_t)(100 + random_below(4));
        if (random_below(2) == 0)
            down.memberships[0] = (gid_t)(100 + random_below(4));
        if (random_below(3) == 0)
            down.fault = (struct fault){PICK(calls), errors[random_below(COUNT_OF(errors))], (unsigned)random_below(3)};
        if (kind == 0)
            (void)snprintf(deny, sizeof deny, "deny gid %u", (unsigned)(100 + denied));
        else if (kind == 1)
            (void)snprintf(deny, sizeof deny, "deny user alice");
        else
            (void)snprintf(deny, sizeof deny, "deny group %s", names[denied]);
        is_meant = kind == 1 || groups[0] == 100 + denied || GID == 100 + denied ||
                   (down.users[0].name != NULL && down.users[0].gid == 100 + denied);
        world_start(&down);
        ask(&(const struct question){.items = {deny}, .groups = groups}, &answers);
        if (answers.error != 0)
            failed++;
        else if (answers.list[0].is_caller != 0)
            matched++;
        else if (is_meant)
            lost++;
        else
            others++;
    }
    assert_int_equal(lost, 0);
    assert_true(matched > 1000 && failed > 1000 && others > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_run_each_item),
        cmocka_unit_test(test_query_run_two_names_for_a_gid),
        cmocka_unit_test(test_query_run_asks_only_what_matters),
        cmocka_unit_test(test_query_run_bulk_answers_the_same),
        cmocka_unit_test(test_query_run_bulk_without_own_names),
        cmocka_unit_test(test_query_run_bulk_of_denies),
        cmocka_unit_test(test_query_run_bulk_first_entry_counts),
        cmocka_unit_test(test_query_run_user_changes_meanwhile_error),
        cmocka_unit_test(test_query_run_caller_not_identified_fails),
        cmocka_unit_test(test_query_run_group_without_a_name_fails),
        cmocka_unit_test(test_query_run_deny_lookup_fails_error),
        cmocka_unit_test(test_query_run_group_changes_meanwhile_error),
        cmocka_unit_test(test_query_run_getgrouplist_wants_room),
        cmocka_unit_test(test_query_run_allow_lookup_fails_others_answered),
        cmocka_unit_test(test_query_run_call_is_repeated),
        cmocka_unit_test(test_query_run_out_of_memory_for_a_large_entry),
        cmocka_unit_test(test_query_run_out_of_memory_at_each_allocation),
        cmocka_unit_test(test_query_run_service_down_never_loses_a_deny),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
