/* SPDX-License-Identifier: MIT */
/*
 * Random rules of both sources, switches, callers and name services against the slow model. The seed is printed;
 * VMNET_TEST_SEED sets another.
 */
#include "random.h"
#include "unit.h"
#include "worlds.h"

#include <stdio.h>
#include <string.h>

#define WORLDS_COUNT 5000
#define FILES_MAX    6 /* of rules, over both sources */
#define LINES_MAX    5
#define LINE_SIZE    96

struct world {
    bool has_switch;
    char switch_text[160];
    size_t rules_count; /* of files of "files"; those of "qemu" follow */
    size_t files_count;
    size_t lines_count[FILES_MAX];
    char lines[FILES_MAX][LINES_MAX + 1][LINE_SIZE];
    char text[FILES_MAX][(LINES_MAX + 1) * LINE_SIZE];
    struct vmnetacl_buffer buffers[FILES_MAX + 1];
    size_t buffers_count;
    struct fake_account accounts[5];
    gid_t groups[3];
    struct vmnetacl_caller caller;
};

static const char *const paths[FILES_MAX] = {"/0", "/1", "/2", "/3", "/4", "/5"};
static const char *const bridges[] = {"a", "br0", "br", "123456789012345"};

static void random_files_line(char line[static LINE_SIZE])
{
    static const char *const effects[] = {"allow", "allow", "allow", "deny"};
    static const char *const subjects[] = {"all",     "all",      "user u",   "user v",  "group g",
                                           "group h", "uid 1000", "uid 1001", "gid 100", "gid 101"};
    static const char *const names[] = {"a", "br0", "br*", "b*", "all", "br", "123456789012345", "12345678901234*"};
    static const char *const options[] = {"", "", "", " limit 1", " limit 22"};
    static const char *const odd[] = {"", "#", "# deny all bridge all", "\t\r"};
    static const char *const wrong[] = {"allow",
                                        "deny all",
                                        "allow all bridge *",
                                        "allow br0",
                                        "allow uid u bridge a",
                                        "deny all bridge a limit 1",
                                        "allow all bridge 1234567890123456",
                                        "allow all bridge a limit 1 limit 1",
                                        "allow all bridge a limit 0"};
    static const char *const blank[] = {" ", " ", "\t", " \f "};
    const char *effect = PICK(effects);
    size_t kind = random_below(300);

    if (kind < 15)
        strcpy(line, PICK(odd));
    else if (kind < 18)
        strcpy(line, PICK(wrong));
    else
        (void)snprintf(line, LINE_SIZE, "%s%s%s bridge%s%s%s", effect, PICK(blank), PICK(subjects), PICK(blank),
                       PICK(names), *effect == 'a' ? PICK(options) : "");
}

static void random_qemu_line(char line[static LINE_SIZE])
{
    static const char *const words[] = {"allow", "allow", "allow", "deny", "include"};
    static const char *const names[] = {"a", "br0", "br", "all", "b*"};
    static const char *const odd[] = {"", "# deny all", "\t"};
    static const char *const wrong[] = {"allow", "deny a b", "allow all bridge a", "x", "include a"};
    const char *word = PICK(words);
    size_t kind = random_below(300);

    if (kind < 15)
        strcpy(line, PICK(odd));
    else if (kind < 18)
        strcpy(line, PICK(wrong));
    else
        (void)snprintf(line, LINE_SIZE, "%s %s", word, *word == 'i' ? PICK(paths) : PICK(names));
}

static void random_line(const struct world *world, size_t file, char line[static LINE_SIZE])
{
    if (file < world->rules_count)
        random_files_line(line);
    else
        random_qemu_line(line);
}

static void random_switch(struct world *world, bool has_actions)
{
    static const char *const sources[] = {"files qemu", "qemu files", "files", "qemu"};
    static const char *const first[] = {"files", "qemu"};
    static const char *const actions[] = {"",
                                          "[NOTFOUND=return]",
                                          "[ALLOW=return]",
                                          " [UNAVAIL=continue] ",
                                          "[success=RETURN notfound=return unavail=continue]",
                                          "[UNAVAIL=return DENY=return TRYAGAIN=return ALLOW=continue]"};
    static const char *const wrong[] = {"",
                                        "acl:",
                                        "acl: nis",
                                        "acl: files files",
                                        "acl: files [!UNAVAIL=return]",
                                        "acl: files [DENY=continue]",
                                        "acl: files\nacl: qemu"};
    const char *one = PICK(first);

    world->has_switch = random_below(3) != 0;
    if (!has_actions)
        (void)snprintf(world->switch_text, sizeof world->switch_text, "acl: %s\n", PICK(sources));
    else if (random_below(40) == 0)
        (void)snprintf(world->switch_text, sizeof world->switch_text, "%s\n", PICK(wrong));
    else
        (void)snprintf(world->switch_text, sizeof world->switch_text, "#\nacl: %s%s %s%s", one, PICK(actions),
                       *one == 'f' ? "qemu" : "files", PICK(actions));
}

/* Names are users and groups, or nobody; a group is in the credentials, in the database, in both or in none. */
static void random_people(struct world *world)
{
    static const struct fake_account known[] = {{false, "u", 0, false},
                                                {false, "v", 0, false},
                                                {true, "g", 0, false},
                                                {true, "h", 0, false}};

    world->caller = (struct vmnetacl_caller){.uid = 1000, .gid = (gid_t)(99 + random_below(3))};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        world->accounts[i] = known[i];
        world->accounts[i].id = (uint32_t)(known[i].is_group ? 100 + random_below(4) : 1000 + random_below(2));
        world->accounts[i].has_caller = known[i].is_group && random_below(2) == 0;
        if (random_below(8) == 0)
            world->accounts[i].name = "unknown";
    }
    /* Two names of one group have the same members. */
    if (world->accounts[2].id == world->accounts[3].id)
        world->accounts[3].has_caller = world->accounts[2].has_caller;
    world->accounts[4] = (struct fake_account){true, "hundred", 100, random_below(2) == 0};
    for (size_t i = 2; i < 4; i++)
        if (world->accounts[i].id == 100)
            world->accounts[i].has_caller = world->accounts[4].has_caller;
    for (size_t i = 0; i < COUNT_OF(world->groups); i++)
        world->groups[i] = (gid_t)(98 + random_below(7));
    world->caller.groups = world->groups;
    world->caller.groups_count = random_below(COUNT_OF(world->groups) + 1);
}

static void world_compose(struct world *world)
{
    world->buffers_count = 0;
    for (size_t i = 0; i < world->files_count; i++) {
        char *text = world->text[i];
        text[0] = '\0';
        for (size_t j = 0; j < world->lines_count[i]; j++)
            (void)sprintf(text + strlen(text), "%s\n", world->lines[i][j]); /* fits: see struct world */
        world->buffers[world->buffers_count++] =
            (struct vmnetacl_buffer){.source = i < world->rules_count ? "files" : "qemu",
                                     .path = paths[i],
                                     .text = text,
                                     .text_len = strlen(text)};
    }
    if (world->has_switch)
        world->buffers[world->buffers_count++] = (struct vmnetacl_buffer){.source = "switch",
                                                                          .path = "/switch",
                                                                          .text = world->switch_text,
                                                                          .text_len = strlen(world->switch_text)};
}

static void world_make(struct world *world, bool has_actions)
{
    world->rules_count = random_below(4);
    world->files_count = world->rules_count + random_below(4);
    for (size_t i = 0; i < world->files_count; i++) {
        world->lines_count[i] = random_below(LINES_MAX);
        for (size_t j = 0; j < world->lines_count[i]; j++)
            random_line(world, i, world->lines[i][j]);
    }
    random_switch(world, has_actions);
    random_people(world);
    world_compose(world);
}

static void swap(void *a, void *b, size_t size)
{
    char kept[sizeof(((struct world *)NULL)->lines[0])];

    memcpy(kept, a, size);
    memcpy(a, b, size);
    memcpy(b, kept, size);
}

/* Lines move within their files, files of "files" among each other, and the sources in a switch without actions. */
static void world_shuffle(struct world *world)
{
    for (size_t i = 0; i < world->files_count; i++)
        for (size_t j = world->lines_count[i]; j > 1; j--)
            swap(world->lines[i][j - 1], world->lines[i][random_below(j)], LINE_SIZE);
    for (size_t i = world->rules_count; i > 1; i--) {
        size_t other = random_below(i);
        swap(world->lines[i - 1], world->lines[other], sizeof world->lines[0]);
        swap(&world->lines_count[i - 1], &world->lines_count[other], sizeof world->lines_count[0]);
    }
    if (strcmp(world->switch_text, "acl: files qemu\n") == 0)
        strcpy(world->switch_text, "acl: qemu files\n");
    else if (strcmp(world->switch_text, "acl: qemu files\n") == 0)
        strcpy(world->switch_text, "acl: files qemu\n");
    world_compose(world);
}

static void print_world(const struct world *world)
{
    for (size_t i = 0; i < world->buffers_count; i++)
        print_error("--- %s %s\n%.*s\n", world->buffers[i].source, world->buffers[i].path,
                    (int)world->buffers[i].text_len, world->buffers[i].text);
    for (size_t i = 0; i < COUNT_OF(world->accounts); i++)
        print_error("%s %s %u %d\n", world->accounts[i].is_group ? "group" : "user", world->accounts[i].name,
                    world->accounts[i].id, world->accounts[i].has_caller);
    print_error("gid %u, groups", world->caller.gid);
    for (size_t i = 0; i < world->caller.groups_count; i++)
        print_error(" %u", world->groups[i]);
    print_error("\n");
}

/* The verdict on each bridge, which the library and the model share. */
static void ask_all(const struct world *world, const char *what, enum vmnetacl_status verdicts[])
{
    for (size_t i = 0; i < COUNT_OF(bridges); i++) {
        const struct model_question question = {.files = world->buffers,
                                                .files_count = world->buffers_count,
                                                .accounts = world->accounts,
                                                .accounts_count = COUNT_OF(world->accounts),
                                                .caller = &world->caller,
                                                .bridge = bridges[i]};
        struct model_answer answer;
        const char *wrong = worlds_compare(&question, &answer);
        verdicts[i] = answer.verdict;
        if (wrong == NULL)
            continue;
        print_world(world);
        fail_msg("%s, bridge '%s': the model says %s of %s, limit %u; the library does not: %s", what, bridges[i],
                 vmnetacl_status_name(answer.verdict), answer.source != NULL ? answer.source : "none", answer.limit,
                 wrong);
    }
}

/* Change, drop or cut off bytes of one text. */
static void world_damage(struct world *world)
{
    struct vmnetacl_buffer *buffer;
    char *text;
    size_t at;

    if (world->buffers_count == 0)
        return;
    buffer = &world->buffers[random_below(world->buffers_count)];
    text = (char *)(uintptr_t)buffer->text;
    if (buffer->text_len == 0)
        return;
    at = random_below(buffer->text_len);
    switch (random_below(3)) {
    case 0:
        text[at] = (char)random_below(256);
        break;
    case 1:
        memmove(text + at, text + at + 1, buffer->text_len - at - 1);
        buffer->text_len--;
        break;
    default:
        buffer->text_len = at;
    }
}

static void test_decide_random_worlds_as_model(void **state)
{
    static struct world world;
    size_t seen[VMNETACL_INVALID + 1] = {0};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status verdicts[COUNT_OF(bridges)];
        world_make(&world, true);
        ask_all(&world, "as made", verdicts);
        for (size_t j = 0; j < COUNT_OF(bridges); j++)
            seen[verdicts[j]]++;
        for (size_t j = 0; j < 3; j++) {
            world_damage(&world);
            ask_all(&world, "damaged", verdicts);
        }
    }
    /* Worlds that are all alike would prove nothing. */
    assert_true(seen[VMNETACL_ALLOW] > WORLDS_COUNT / 4 && seen[VMNETACL_DENY] > WORLDS_COUNT / 4 &&
                seen[VMNETACL_NOTFOUND] > WORLDS_COUNT / 4 && seen[VMNETACL_UNAVAIL] > WORLDS_COUNT / 4);
}

static bool is_refusal(enum vmnetacl_status verdict)
{
    return verdict == VMNETACL_DENY || verdict == VMNETACL_UNAVAIL;
}

/* Which of two refusals is given depends on the order of the sources; that it is one does not. */
static void test_decide_anything_moved_same_verdict(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[COUNT_OF(bridges)];
        enum vmnetacl_status after[COUNT_OF(bridges)];
        world_make(&world, false);
        ask_all(&world, "as made", before);
        world_shuffle(&world);
        ask_all(&world, "shuffled", after);
        for (size_t j = 0; j < COUNT_OF(bridges); j++) {
            if (before[j] == after[j] || (is_refusal(before[j]) && is_refusal(after[j])))
                continue;
            print_world(&world);
            fail_msg("bridge '%s': the order turns %s into %s", bridges[j], vmnetacl_status_name(before[j]),
                     vmnetacl_status_name(after[j]));
        }
    }
}

static void test_decide_line_added_refusal_stays(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[COUNT_OF(bridges)];
        enum vmnetacl_status after[COUNT_OF(bridges)];
        size_t file, at;
        world_make(&world, false);
        if (world.files_count == 0)
            continue;
        ask_all(&world, "as made", before);
        file = random_below(world.files_count);
        at = random_below(world.lines_count[file] + 1);
        memmove(world.lines[file][at + 1], world.lines[file][at], (world.lines_count[file] - at) * LINE_SIZE);
        random_line(&world, file, world.lines[file][at]);
        world.lines_count[file]++;
        world_compose(&world);
        ask_all(&world, "with a line more", after);
        for (size_t j = 0; j < COUNT_OF(bridges); j++) {
            if (after[j] != VMNETACL_ALLOW || !is_refusal(before[j]))
                continue;
            print_world(&world);
            fail_msg("bridge '%s': one line more turns %s into allow", bridges[j], vmnetacl_status_name(before[j]));
        }
    }
}

static int setup(void **state)
{
    (void)state;
    random_start(20240301);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_decide_random_worlds_as_model, setup),
        cmocka_unit_test_setup(test_decide_anything_moved_same_verdict, setup),
        cmocka_unit_test_setup(test_decide_line_added_refusal_stays, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
