/* SPDX-License-Identifier: MIT */
/* Who is meant by a rule, and what comes of several rules and sources. */
#include "fake_names.h"
#include "policy.h"
#include "texts.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fake_account accounts[] = {
    {false, "alice", 1000, false}, {false, "bob", 1001, false}, {true, "own", 100, false}, {true, "wheel", 10, false},
    {true, "listed", 20, true},    {true, "shed", 30, true},    {true, "far", 40, false},
};
static const gid_t groups[] = {5, 10, 20};
static const struct vmnetacl_caller caller = {
    .enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100, .groups = groups, .groups_count = 3};

/* The verdict on br0, with all names looked up. */
static enum vmnetacl_status decide(const char *rules, const struct vmnetacl_caller *who,
                                   struct vmnetacl_decision *decision)
{
    const struct texts texts = {.files = rules};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names;

    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, who, "br0", 0, &names, NULL), VMNETACL_OK);
    (void)vmnetacl_decide(policy, who, names, "br0", decision);
    vmnetacl_names_free(names);
    vmnetacl_free(policy); /* the strings in decision are gone, too */
    return decision->verdict;
}

static void test_decide_each_subject(void **state)
{
    static const struct {
        const char *subject;
        bool allows; /* by the credentials alone */
        bool denies; /* by these and by the user database */
    } rows[] = {
        {"all", true, true},
        {"uid 1000", true, true},
        {"uid 1001", false, false},
        {"uid 0", false, false},
        {"user alice", true, true},
        {"user bob", false, false},
        {"user nobody-knows", false, false},
        {"user own", false, false}, /* a group */
        {"gid 100", true, true},    /* the primary group */
        {"gid 5", true, true},
        {"gid 10", true, true},
        {"gid 20", true, true},
        {"gid 4", false, false},
        {"gid 6", false, false},
        {"gid 30", false, true}, /* not in the credentials any more */
        {"gid 40", false, false},
        {"gid 1000", false, false},
        {"group own", true, true},
        {"group wheel", true, true},
        {"group listed", true, true},
        {"group shed", false, true},
        {"group far", false, false},
        {"group nobody-knows", false, false},
        {"group alice", false, false}, /* a user */
    };
    struct vmnetacl_decision decision;
    char text[128];

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum vmnetacl_status allow, deny;
        (void)snprintf(text, sizeof text, "allow %s bridge br0", rows[i].subject);
        allow = decide(text, &caller, &decision);
        (void)snprintf(text, sizeof text, "deny %s bridge br0", rows[i].subject);
        deny = decide(text, &caller, &decision);
        if (allow != (rows[i].allows ? VMNETACL_ALLOW : VMNETACL_NOTFOUND) ||
            deny != (rows[i].denies ? VMNETACL_DENY : VMNETACL_NOTFOUND))
            fail_msg("%s: allow gives %s, deny %s", rows[i].subject, vmnetacl_status_name(allow),
                     vmnetacl_status_name(deny));
    }
}

/* The groups of the credentials in any order and number. */
static void test_decide_groups_any_order_found(void **state)
{
    static const gid_t unsorted[] = {9, 3, 7, 1, 5};
    static const gid_t repeated[] = {1, 1, 3, 3, 3, 5, 7, 9, 9};
    static const gid_t sorted[] = {1, 3, 5, 7, 9};
    static const gid_t last_first[] = {1, 3, 5, 9, 7};
    const struct vmnetacl_caller rows[] = {
        {.uid = 1, .gid = 0, .groups = unsorted, .groups_count = COUNT_OF(unsorted)},
        {.uid = 1, .gid = 0, .groups = repeated, .groups_count = COUNT_OF(repeated)},
        {.uid = 1, .gid = 0, .groups = sorted, .groups_count = COUNT_OF(sorted)},
        {.uid = 1, .gid = 0, .groups = last_first, .groups_count = COUNT_OF(last_first)},
        {.uid = 1, .gid = 3, .groups = NULL, .groups_count = 0},
        {.uid = 1, .gid = 3, .groups = sorted, .groups_count = 1},
    };
    struct vmnetacl_decision decision;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (unsigned gid = 0; gid <= 11; gid++) {
            char text[64];
            bool want = gid == rows[i].gid;
            for (size_t j = 0; j < rows[i].groups_count; j++)
                want = want || rows[i].groups[j] == gid;
            (void)snprintf(text, sizeof text, "allow gid %u bridge br0", gid);
            assert_int_equal(decide(text, &rows[i], &decision), want ? VMNETACL_ALLOW : VMNETACL_NOTFOUND);
        }
    }
}

static void test_decide_each_bridge(void **state)
{
    static const struct {
        const char *bridge;
        bool want;
    } rows[] = {
        {"br0", true}, {"br", false},  {"br00", false},  {"br1", false}, {"all", true},  {"b*", true},
        {"br*", true}, {"br0*", true}, {"br00*", false}, {"c*", false},  {"BR0", false}, {"br0123456789012*", false},
    };
    struct vmnetacl_decision decision;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "allow all bridge %s", rows[i].bridge);
        if (decide(text, &caller, &decision) != (rows[i].want ? VMNETACL_ALLOW : VMNETACL_NOTFOUND))
            fail_msg("%s", rows[i].bridge);
    }
}

static void test_decide_first_matching_allow_gives_options(void **state)
{
    static const struct {
        const char *input;
        enum vmnetacl_status want;
        unsigned line;
        uint32_t limit;
    } rows[] = {
        {"allow all bridge br0 limit 1\nallow all bridge br0 limit 2", VMNETACL_ALLOW, 1, 1},
        {"allow all bridge br1 limit 1\nallow all bridge br0 limit 2", VMNETACL_ALLOW, 2, 2},
        {"allow uid 7 bridge br0 limit 1\nallow all bridge br0\nallow all bridge all limit 3", VMNETACL_ALLOW, 2, 0},
        {"allow user bob bridge br0 limit 1\nallow user alice bridge br0 limit 2", VMNETACL_ALLOW, 2, 2},
        {"allow user alice bridge br0 limit 1\nallow all bridge br0 limit 2", VMNETACL_ALLOW, 1, 1},
        {"allow user x bridge br0 limit 1\nallow group wheel bridge br* limit 2", VMNETACL_ALLOW, 2, 2},
        {"allow all bridge br0 limit 1\ndeny all bridge br0", VMNETACL_DENY, 2, 0},
        {"allow all bridge br0 limit 1\ndeny group shed bridge br0\ndeny all bridge br0", VMNETACL_DENY, 3, 0},
        {"deny uid 7 bridge br0\nallow all bridge br0 limit 4", VMNETACL_ALLOW, 2, 4},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_decision decision;
        assert_int_equal(decide(rows[i].input, &caller, &decision), rows[i].want);
        assert_int_equal(decision.rule.line, rows[i].line);
        assert_int_equal(decision.grant.limit, rows[i].limit);
    }
}

/* What is not looked up is unknown, and matters only where it can change the answer. */
static void test_decide_names_not_looked_up(void **state)
{
    static const struct {
        const char *input;
        enum vmnetacl_status want; /* UNAVAIL: names are missing */
    } rows[] = {
        {"allow user alice bridge br0", VMNETACL_UNAVAIL},
        {"allow group wheel bridge br0", VMNETACL_UNAVAIL},
        {"deny user bob bridge br0", VMNETACL_UNAVAIL},
        {"deny group far bridge br0", VMNETACL_UNAVAIL},
        {"deny gid 40 bridge br0", VMNETACL_UNAVAIL}, /* the database may say that he is a member */
        {"deny gid 10 bridge br0", VMNETACL_DENY},
        {"allow gid 10 bridge br0", VMNETACL_ALLOW},
        {"allow gid 40 bridge br0", VMNETACL_NOTFOUND}, /* the credentials alone count */
        {"allow user alice bridge br1", VMNETACL_NOTFOUND},
        {"deny gid 40 bridge br*\nallow all bridge all", VMNETACL_UNAVAIL},
        {"deny gid 40 bridge br*\ndeny all bridge br0", VMNETACL_DENY},
        {"deny all bridge br0\ndeny user bob bridge br0", VMNETACL_DENY},
        {"allow user bob bridge br0\ndeny all bridge br0", VMNETACL_DENY},
        {"allow all bridge br0\nallow user bob bridge br0", VMNETACL_ALLOW},
        {"allow user bob bridge br0\nallow all bridge br0", VMNETACL_UNAVAIL}, /* whose options are given is open */
        {"allow all bridge br0\ndeny user bob bridge br0", VMNETACL_UNAVAIL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct texts texts = {.files = rows[i].input};
        struct vmnetacl_policy *policy = texts_policy(&texts);
        struct vmnetacl_decision decision;
        if (vmnetacl_decide(policy, &caller, NULL, "br0", &decision) != rows[i].want)
            fail_msg("%s: got %s", rows[i].input, vmnetacl_status_name(decision.verdict));
        if (rows[i].want == VMNETACL_UNAVAIL) {
            assert_int_equal(decision.error->code, VMNETACL_CODE_NAMES_MISSING);
            assert_string_not_equal(decision.error->message, "");
            assert_null(decision.rule.file);
            assert_int_equal(decision.grant.limit, 0);
            assert_false(decision.degraded);
        }
        vmnetacl_free(policy);
    }
}

static void test_decide_names_of_another_invalid(void **state)
{
    static const struct texts texts = {.files = "deny user bob bridge br0\nallow all bridge all"};
    const struct vmnetacl_caller other = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1001, .gid = 100};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_policy *same = texts_policy(&texts);
    struct vmnetacl_names *names;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_ALLOW);
    assert_int_equal(vmnetacl_decide(same, &caller, names, "br0", NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(policy, &other, names, "br0", NULL), VMNETACL_INVALID);
    vmnetacl_names_free(names);
    vmnetacl_names_free(NULL);
    vmnetacl_free(policy);
    vmnetacl_free(same);
}

/* An allow that cannot be looked up does not match; what it would restrict is not had without it. */
static void test_decide_allow_not_looked_up_does_not_match(void **state)
{
    static const struct {
        struct texts input;
        enum vmnetacl_status want;
    } rows[] = {
        {{.files = "allow user x bridge br0"}, VMNETACL_UNAVAIL},
        {{.files = "allow user x bridge br0\nallow all bridge br0"}, VMNETACL_ALLOW},
        {{.files = "allow all bridge br0\nallow user x bridge br0"}, VMNETACL_ALLOW},
        {{.files = "allow user x bridge br0\nallow user alice bridge br0 limit 3"}, VMNETACL_ALLOW},
        {{.files = "allow user x bridge br0 limit 1\nallow user alice bridge br0"}, VMNETACL_UNAVAIL},
        {{.files = "allow user alice bridge br0\nallow user x bridge br0 limit 1"}, VMNETACL_ALLOW},
        {{.files = "allow user x bridge br0\ndeny user alice bridge br0"}, VMNETACL_DENY},
        {{.files = "allow user x bridge br0\ndeny user bob bridge br0"}, VMNETACL_UNAVAIL},
        {{.files = "allow user x bridge br1\nallow user bob bridge br0"}, VMNETACL_NOTFOUND},
        {{.files = "allow user x bridge br0", .qemu = "allow br0"}, VMNETACL_ALLOW},
        {{.files = "allow user x bridge br0", .qemu = "deny br0"}, VMNETACL_DENY},
        {{"acl: qemu files", "allow user x bridge br0", "allow br0"}, VMNETACL_ALLOW},
        /* Whether the next source is asked is open. */
        {{"acl: files [ALLOW=return] qemu", "allow user x bridge br0", "allow br0"}, VMNETACL_UNAVAIL},
        {{"acl: files [NOTFOUND=return] qemu", "allow user x bridge br0", "allow br0"}, VMNETACL_UNAVAIL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_decision decision;
        struct vmnetacl_names *names;
        fake_names_start(accounts, COUNT_OF(accounts));
        fake_names.failing_name = "x";
        assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
        if (vmnetacl_decide(policy, &caller, names, "br0", &decision) != rows[i].want)
            fail_msg("row %zu: %s", i, vmnetacl_status_name(decision.verdict));
        if (rows[i].want == VMNETACL_UNAVAIL) {
            assert_int_equal(decision.error->code, VMNETACL_CODE_LOOKUP_FAILED);
            assert_string_equal(decision.error->file, TEXTS_FILES);
            assert_int_equal(decision.error->line, 1);
        }
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

/* That a name is unknown was concluded from the names of the caller's groups: for other groups, it says nothing. */
static void test_decide_names_for_other_groups_invalid(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br0\ndeny group far bridge br0\n"
                                                "allow group far bridge br1"};
    static const gid_t far[] = {40};
    const struct vmnetacl_caller member = {
        .enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100, .groups = far, .groups_count = 1};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &caller, NULL, 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_ALLOW);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br1", NULL), VMNETACL_NOTFOUND);
    assert_int_equal(vmnetacl_decide(policy, &member, names, "br0", NULL), VMNETACL_INVALID);
    vmnetacl_names_free(names);
    assert_int_equal(vmnetacl_resolve(policy, &member, NULL, 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &member, names, "br0", NULL), VMNETACL_DENY);
    assert_int_equal(vmnetacl_decide(policy, &member, names, "br1", NULL), VMNETACL_ALLOW);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br1", NULL), VMNETACL_INVALID);
    vmnetacl_names_free(names);
    fake_names.is_lying = true; /* what the credentials hold is known without the name service */
    assert_int_equal(vmnetacl_resolve(policy, &member, NULL, 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &member, names, "br0", NULL), VMNETACL_DENY);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

/* A program that was built for a later library must not be misunderstood. */
static void test_decide_reserved_of_the_caller_invalid(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br0\n"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_caller later = caller;

    (void)state;
    assert_int_equal(vmnetacl_decide(policy, &later, NULL, "br0", NULL), VMNETACL_ALLOW);
    later.reserved_bits = 1;
    assert_int_equal(vmnetacl_decide(policy, &later, NULL, "br0", NULL), VMNETACL_INVALID);
    later = caller;
    later.reserved[0] = &later;
    assert_int_equal(vmnetacl_decide(policy, &later, NULL, "br0", NULL), VMNETACL_INVALID);
    vmnetacl_free(policy);
}

/* A name is not asked about when another allow matches that gives the same. */
static void test_decide_allow_skipped(void **state)
{
    static const struct {
        const char *input;
        enum vmnetacl_status want;
    } rows[] = {
        {"allow user x bridge br0\nallow user alice bridge br0", VMNETACL_ALLOW},
        {"allow user alice bridge br0\nallow user x bridge br0", VMNETACL_ALLOW},
        {"allow user x bridge br0\nallow user alice bridge br0 limit 3", VMNETACL_UNAVAIL},
        {"allow user x bridge br0 limit 3\nallow user alice bridge br0", VMNETACL_UNAVAIL},
        {"allow user x bridge br0\nallow user bob bridge br0", VMNETACL_UNAVAIL},
        {"allow user x bridge br0\nallow user alice bridge br0\ndeny user bob bridge br0", VMNETACL_ALLOW},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct texts texts = {.files = rows[i].input};
        struct vmnetacl_policy *policy = texts_policy(&texts);
        struct vmnetacl_decision decision;
        struct vmnetacl_names *names;
        fake_names_start(accounts, COUNT_OF(accounts));
        fake_names.skipped_name = "x";
        assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
        if (vmnetacl_decide(policy, &caller, names, "br0", &decision) != rows[i].want)
            fail_msg("%s: %s", rows[i].input, vmnetacl_status_name(decision.verdict));
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

/* What a source can be like: rules about "x" and "y", of which the name service says who they are. */
static const char *const contents[] = {
    NULL,                                             /* nothing is there */
    "",                                               /* nothing matches */
    "allow all bridge br0 limit 3",                   /* ALLOW */
    "deny all bridge br0",                            /* DENY */
    "allow user x bridge br0 limit 4",                /* ALLOW or NOTFOUND */
    "deny user x bridge br0",                         /* DENY or NOTFOUND */
    "allow all bridge br0\ndeny user x bridge br0",   /* ALLOW or DENY */
    "allow user x bridge br0\nallow all bridge br0",  /* ALLOW, by one rule or the other */
    "allow user x bridge br0\ndeny user y bridge br0" /* any */
};
#define UNAVAILABLE COUNT_OF(contents)
#define TRY_AGAIN   (COUNT_OF(contents) + 1)
#define KINDS_COUNT (COUNT_OF(contents) + 2)

static void load_kind(size_t kind, const struct source *source, struct loaded_source *loaded)
{
    const struct texts texts = {"acl: files", kind < COUNT_OF(contents) ? contents[kind] : NULL, NULL};
    struct vmnetacl_policy *policy = texts_policy(&texts);

    *loaded = policy->sources[0];
    loaded->entry.source = source;
    free(policy); /* but not what it is made of */
    if (kind == UNAVAILABLE || kind == TRY_AGAIN) {
        loaded->status = kind == UNAVAILABLE ? VMNETACL_UNAVAIL : VMNETACL_TRYAGAIN;
        loaded->error.code = kind == UNAVAILABLE ? VMNETACL_CODE_FILE_OWNER : VMNETACL_CODE_FILE_CHANGED;
    }
}

/* What one source says when x and y are known: once more, from the text above. */
static enum vmnetacl_status model_source(size_t kind, bool is_x, bool is_y, uint32_t *limit, unsigned *line)
{
    *limit = kind == 2 ? 3 : kind == 4 ? 4 : 0;
    *line = 1;
    if (kind == 2 || (kind == 4 && is_x))
        return VMNETACL_ALLOW;
    if (kind == 3 || (kind == 5 && is_x))
        return VMNETACL_DENY;
    if (kind == 6) {
        *line = is_x ? 2 : 1;
        return is_x ? VMNETACL_DENY : VMNETACL_ALLOW;
    }
    if (kind == 7) {
        *line = is_x ? 1 : 2;
        return VMNETACL_ALLOW;
    }
    if (kind == 8 && is_y) {
        *line = 2;
        return VMNETACL_DENY;
    }
    if (kind == 8 && is_x)
        return VMNETACL_ALLOW;
    return kind == UNAVAILABLE ? VMNETACL_UNAVAIL : kind == TRY_AGAIN ? VMNETACL_TRYAGAIN : VMNETACL_NOTFOUND;
}

/* A verdict, without pointers, so that two of them can be compared byte by byte. */
struct outcome {
    int verdict;
    int source; /* 1, 2: whose rule or error it is; 0: none */
    unsigned line;
    uint32_t limit;
    int degraded;
};

/* The table of vmnet-switch.conf(5), step by step. */
static struct outcome model_decide_two(const size_t kinds[2], const struct switch_entry entries[2], bool is_x,
                                       bool is_y)
{
    struct outcome outcome = {.verdict = VMNETACL_NOTFOUND};

    for (int i = 0; i < 2; i++) {
        uint32_t limit;
        unsigned line;
        enum vmnetacl_status says = model_source(kinds[i], is_x, is_y, &limit, &line);
        if (says == VMNETACL_DENY)
            return (struct outcome){VMNETACL_DENY, i + 1, line, 0, outcome.degraded};
        if (says == VMNETACL_TRYAGAIN || (says == VMNETACL_UNAVAIL && !entries[i].continues_on_unavail))
            return (struct outcome){(int)says, i + 1, 0, 0, outcome.degraded};
        if (says == VMNETACL_UNAVAIL)
            outcome.degraded = 1;
        if (says == VMNETACL_ALLOW && outcome.verdict == VMNETACL_NOTFOUND)
            outcome = (struct outcome){VMNETACL_ALLOW, i + 1, line, limit, outcome.degraded};
        if (says == VMNETACL_ALLOW && entries[i].returns_on_allow)
            return outcome;
        if (says == VMNETACL_NOTFOUND && entries[i].returns_on_notfound)
            return outcome;
    }
    return outcome;
}

static bool is_refusal(int verdict)
{
    return verdict == VMNETACL_DENY || verdict == VMNETACL_UNAVAIL || verdict == VMNETACL_TRYAGAIN;
}

static struct outcome outcome_of(const struct vmnetacl_policy *policy, const struct vmnetacl_names *names)
{
    struct vmnetacl_decision decision;
    struct outcome outcome = {.verdict = (int)vmnetacl_decide(policy, &caller, names, "br0", &decision)};

    assert_int_equal(decision.verdict, outcome.verdict);
    outcome.line = decision.rule.line;
    outcome.limit = decision.grant.limit;
    outcome.degraded = decision.degraded;
    for (int i = 0; i < 2; i++) {
        const struct loaded_source *source = &policy->sources[i];
        if (decision.rule.source == source->entry.source->name)
            outcome.source = i + 1;
        else if (decision.rule.source == NULL && decision.error == &source->error && is_refusal(outcome.verdict))
            outcome.source = i + 1;
    }
    assert_int_equal(decision.error != NULL,
                     outcome.degraded || outcome.verdict == VMNETACL_UNAVAIL || outcome.verdict == VMNETACL_TRYAGAIN);
    return outcome;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    return a->verdict == b->verdict && a->source == b->source && a->line == b->line && a->limit == b->limit &&
           a->degraded == b->degraded;
}

/* Without names: as with all that can be looked up, or open; and open only when it matters, or for a sure refusal. */
static void check_without_names(const struct vmnetacl_policy *policy, const struct outcome wants[4])
{
    struct vmnetacl_decision decision;
    bool all_same = true;

    (void)vmnetacl_decide(policy, &caller, NULL, "br0", &decision);
    for (int i = 1; i < 4; i++)
        all_same = all_same && is_same(&wants[0], &wants[i]);
    if (decision.verdict == VMNETACL_UNAVAIL && decision.error->code == VMNETACL_CODE_NAMES_MISSING) {
        if (all_same && !is_refusal(wants[0].verdict))
            fail_msg("not open: %d of %d:%u", wants[0].verdict, wants[0].source, wants[0].line);
        return;
    }
    for (int i = 0; i < 4; i++) {
        if (is_refusal((int)decision.verdict))
            assert_true(is_refusal(wants[i].verdict));
        else
            assert_int_equal(decision.verdict, wants[i].verdict);
    }
}

static void check_two(const size_t kinds[2], const struct switch_entry entries[2])
{
    struct vmnetacl_policy policy = {.sources_count = 2};
    struct outcome wants[4];

    load_kind(kinds[0], &source_files, &policy.sources[0]);
    load_kind(kinds[1], &source_qemu, &policy.sources[1]);
    for (int i = 0; i < 2; i++) {
        const struct source *source = policy.sources[i].entry.source;
        policy.sources[i].entry = entries[i];
        policy.sources[i].entry.source = source;
    }
    for (unsigned bits = 0; bits < 4; bits++) {
        const struct fake_account known[] = {{false, "x", (bits & 1) != 0 ? 1000 : 1, false},
                                             {false, "y", (bits & 2) != 0 ? 1000 : 2, false}};
        struct vmnetacl_names *all;
        struct vmnetacl_names *some;
        struct outcome got;
        wants[bits] = model_decide_two(kinds, entries, (bits & 1) != 0, (bits & 2) != 0);
        fake_names_start(known, COUNT_OF(known));
        assert_int_equal(vmnetacl_resolve(&policy, &caller, NULL, 0, &all, NULL), VMNETACL_OK);
        got = outcome_of(&policy, all);
        if (!is_same(&got, &wants[bits]))
            fail_msg("%zu, %zu, names %u: want %d of %d:%u, got %d of %d:%u", kinds[0], kinds[1], bits,
                     wants[bits].verdict, wants[bits].source, wants[bits].line, got.verdict, got.source, got.line);
        /* With no more than what was held to be needed for this bridge. */
        assert_int_equal(vmnetacl_resolve(&policy, &caller, "br0", 0, &some, NULL), VMNETACL_OK);
        got = outcome_of(&policy, some);
        if (!is_same(&got, &wants[bits]))
            assert_true(some == NULL && is_refusal(got.verdict) && is_refusal(wants[bits].verdict));
        vmnetacl_names_free(all);
        vmnetacl_names_free(some);
    }
    check_without_names(&policy, wants);
    for (int i = 0; i < 2; i++) {
        ruleset_free(&policy.sources[i].ruleset);
        free(policy.sources[i].path);
    }
}

static void test_decide_two_sources_every_combination_as_model(void **state)
{
    (void)state;
    for (size_t first = 0; first < KINDS_COUNT; first++) {
        for (size_t second = 0; second < KINDS_COUNT; second++) {
            for (unsigned bits = 0; bits < 64; bits++) {
                const size_t kinds[2] = {first, second};
                struct switch_entry entries[2];
                for (unsigned i = 0; i < 2; i++)
                    entries[i] = (struct switch_entry){.returns_on_allow = (bits >> 3 * i & 1) != 0,
                                                       .returns_on_notfound = (bits >> 3 * i & 2) != 0,
                                                       .continues_on_unavail = (bits >> 3 * i & 4) != 0};
                check_two(kinds, entries);
            }
        }
    }
}

/* A caller can have brought it about that he may not read a file: no switch skips that. */
static void test_decide_file_denied_not_passed_over(void **state)
{
    static const struct texts texts = {"acl: files [UNAVAIL=continue] qemu", "x", "allow br0"};
    static const enum vmnetacl_code codes[] = {VMNETACL_CODE_FILE_DENIED, VMNETACL_CODE_FILE_FORBIDDEN};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_decision decision;

    (void)state;
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_ALLOW);
    assert_true(decision.degraded);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        policy->sources[0].error.code = codes[i];
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_UNAVAIL);
        assert_false(decision.degraded);
        assert_int_equal(decision.error->code, codes[i]);
    }
    vmnetacl_free(policy);
}

/* No fault of a source makes an ALLOW of another verdict, whatever the switch says: compared with the model. */
static void test_decide_source_fails_never_more_permissive(void **state)
{
    (void)state;
    for (size_t other = 0; other < KINDS_COUNT; other++) {
        for (size_t kind = 0; kind < COUNT_OF(contents); kind++) {
            for (unsigned bits = 0; bits < 32; bits++) {
                const struct switch_entry entries[2] = {{.returns_on_allow = (bits & 1) != 0,
                                                         .returns_on_notfound = (bits & 2) != 0},
                                                        {.returns_on_allow = (bits & 4) != 0,
                                                         .returns_on_notfound = (bits & 8) != 0}};
                unsigned place = bits >> 4; /* of the source that fails */
                const size_t before[2] = {place == 0 ? kind : other, place == 0 ? other : kind};
                const size_t unavailable[2] = {place == 0 ? UNAVAILABLE : other, place == 0 ? other : UNAVAILABLE};
                const size_t again[2] = {place == 0 ? TRY_AGAIN : other, place == 0 ? other : TRY_AGAIN};
                for (unsigned known = 0; known < 4; known++) {
                    bool is_x = (known & 1) != 0;
                    bool is_y = (known & 2) != 0;
                    struct outcome without = model_decide_two(before, entries, is_x, is_y);
                    struct outcome with = model_decide_two(unavailable, entries, is_x, is_y);
                    struct outcome later = model_decide_two(again, entries, is_x, is_y);
                    assert_true(with.verdict != VMNETACL_ALLOW || without.verdict == VMNETACL_ALLOW);
                    assert_true(later.verdict != VMNETACL_ALLOW || without.verdict == VMNETACL_ALLOW);
                }
            }
        }
    }
}

/* ALLOW is yes for a program that makes no further check: an option that it does not enforce makes it a refusal. */
static void test_decide_option_not_enforced_unavail(void **state)
{
    static const struct {
        const char *rules;
        uint32_t enforces;
        enum vmnetacl_status verdict;
        unsigned line;
    } rows[] = {
        {"allow all bridge br0", 0, VMNETACL_ALLOW, 1},
        {"allow all bridge br0 limit 2", 0, VMNETACL_UNAVAIL, 1},
        {"allow all bridge br0 limit 2", ~VMNETACL_OPTION_LIMIT, VMNETACL_UNAVAIL, 1},
        {"allow all bridge br0 limit 2", VMNETACL_OPTION_LIMIT, VMNETACL_ALLOW, 1},
        {"allow all bridge br0\nallow all bridge br0 limit 2", 0, VMNETACL_ALLOW, 1},
        {"allow user bob bridge br0\nallow user alice bridge br0 limit 2\nallow all bridge br0", 0, VMNETACL_UNAVAIL,
         2},
        {"allow all bridge br0 limit 2\ndeny all bridge br0", 0, VMNETACL_DENY, 2},
        {"allow all bridge br1 limit 2", 0, VMNETACL_NOTFOUND, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_caller program = caller;
        struct vmnetacl_decision decision;
        program.enforces = rows[i].enforces;
        if (decide(rows[i].rules, &program, &decision) != rows[i].verdict || decision.rule.line != rows[i].line)
            fail_msg("%s: %s, line %u", rows[i].rules, vmnetacl_status_name(decision.verdict), decision.rule.line);
        if (rows[i].verdict == VMNETACL_UNAVAIL) {
            assert_int_equal(decision.error->code, VMNETACL_CODE_OPTION_UNENFORCED);
            assert_non_null(strstr(decision.error->message, "'limit'"));
            assert_int_equal(decision.grant.limit, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide_each_subject),
        cmocka_unit_test(test_decide_groups_any_order_found),
        cmocka_unit_test(test_decide_each_bridge),
        cmocka_unit_test(test_decide_first_matching_allow_gives_options),
        cmocka_unit_test(test_decide_names_not_looked_up),
        cmocka_unit_test(test_decide_names_of_another_invalid),
        cmocka_unit_test(test_decide_allow_not_looked_up_does_not_match),
        cmocka_unit_test(test_decide_reserved_of_the_caller_invalid),
        cmocka_unit_test(test_decide_allow_skipped),
        cmocka_unit_test(test_decide_names_for_other_groups_invalid),
        cmocka_unit_test(test_decide_two_sources_every_combination_as_model),
        cmocka_unit_test(test_decide_file_denied_not_passed_over),
        cmocka_unit_test(test_decide_source_fails_never_more_permissive),
        cmocka_unit_test(test_decide_option_not_enforced_unavail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
