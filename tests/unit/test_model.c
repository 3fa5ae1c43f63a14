/* SPDX-License-Identifier: MIT */
/*
 * Random rules against the slow model. The seed is printed; VMNET_TEST_SEED sets another.
 */
#include "memory_files.h"
#include "model.h"
#include "random.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define WORLDS_COUNT 4000
#define FILES_COUNT  4  /* of most worlds */
#define FILES_MAX    12 /* more than includes can follow one another */
#define LINES_MAX    6
#define LINE_SIZE    48

/* Lines without newline; the files of a world are made of them, so that lines can be moved and added. */
struct world {
    size_t files_count;
    size_t lines_count[FILES_MAX];
    char lines[FILES_MAX][LINES_MAX + 1][LINE_SIZE];
    char text[FILES_MAX][(LINES_MAX + 1) * LINE_SIZE];
    struct vmnetacl_buffer files[FILES_MAX];
};

static const char *const paths[FILES_MAX] = {"/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10", "/11"};
static const char *const bridges[] = {"a", "br0", "123456789012345", "all", "\xc3\xa9", "a1"};

static void random_line(char line[static LINE_SIZE])
{
    static const char *const before[] = {"", "", "", " ", "\t", " \f "};
    static const char *const words[] = {"allow", "allow", "allow", "deny", "include"};
    static const char *const between[] = {" ", " ", "\t", " \t ", "\t\r "};
    static const char *const behind[] = {"", "", "", " ", "\t", "\r"};
    static const char *const odd[] = {"", "#", "# deny all", " #allow all", "\t"};
    static const char *const wrong[] = {"allow", "deny a b", "Allow a",   "include 1", "allow 1234567890123456",
                                        "x",     "deny ..",  "allow a #", "allowa"};
    const char *word = PICK(words);
    size_t kind = random_below(200);

    if (kind < 20)
        strcpy(line, PICK(odd));
    else if (kind < 22)
        strcpy(line, PICK(wrong));
    else
        (void)snprintf(line, LINE_SIZE, "%s%s%s%s%s", PICK(before), word, PICK(between),
                       word[0] == 'i' ? random_pick(paths, FILES_COUNT) : PICK(bridges), PICK(behind));
}

static void world_compose(struct world *world)
{
    for (size_t i = 0; i < world->files_count; i++) {
        char *text = world->text[i];
        text[0] = '\0';
        for (size_t j = 0; j < world->lines_count[i]; j++)
            (void)sprintf(text + strlen(text), "%s\n", world->lines[i][j]); /* fits: see struct world */
        world->files[i] =
            (struct vmnetacl_buffer){.source = "qemu", .path = paths[i], .text = text, .text_len = strlen(text)};
    }
}

static void world_make(struct world *world)
{
    world->files_count = FILES_COUNT;
    for (size_t i = 0; i < world->files_count; i++) {
        world->lines_count[i] = random_below(LINES_MAX);
        for (size_t j = 0; j < world->lines_count[i]; j++)
            random_line(world->lines[i][j]);
    }
    world_compose(world);
}

/* Each file includes some that come after it, mostly the next: long ways, many ways to one file, and no loop. */
static void world_make_deep(struct world *world)
{
    world->files_count = FILES_MAX;
    for (size_t i = 0; i < FILES_MAX; i++) {
        world->lines_count[i] = 0;
        for (size_t j = 1; j < 4 && i + j < FILES_MAX; j++)
            if (random_below(8) < (j == 1 ? 7 : 1))
                (void)snprintf(world->lines[i][world->lines_count[i]++], LINE_SIZE, "include %s", paths[i + j]);
        if (random_below(2) == 0)
            (void)snprintf(world->lines[i][world->lines_count[i]++], LINE_SIZE, "%s %s",
                           random_below(4) == 0 ? "deny" : "allow", PICK(bridges));
    }
    world_compose(world);
}

static void world_shuffle(struct world *world)
{
    for (size_t i = 0; i < world->files_count; i++) {
        for (size_t j = world->lines_count[i]; j > 1; j--) {
            char line[LINE_SIZE];
            size_t other = random_below(j);
            memcpy(line, world->lines[i][j - 1], LINE_SIZE);
            memcpy(world->lines[i][j - 1], world->lines[i][other], LINE_SIZE);
            memcpy(world->lines[i][other], line, LINE_SIZE);
        }
    }
    world_compose(world);
}

static void world_add_line(struct world *world)
{
    size_t file = random_below(world->files_count);
    size_t at = random_below(world->lines_count[file] + 1);

    memmove(world->lines[file][at + 1], world->lines[file][at], (world->lines_count[file] - at) * LINE_SIZE);
    random_line(world->lines[file][at]);
    world->lines_count[file]++;
    world_compose(world);
}

/* Change, drop or cut off bytes of one file. */
static void world_damage(struct world *world)
{
    size_t file = random_below(world->files_count);
    char *text = world->text[file];
    size_t *len = &world->files[file].text_len;
    size_t at;

    if (*len == 0)
        return;
    at = random_below(*len);
    switch (random_below(3)) {
    case 0:
        text[at] = (char)random_below(256);
        break;
    case 1:
        memmove(text + at, text + at + 1, *len - at - 1);
        --*len;
        break;
    default:
        *len = at;
    }
}

static void print_world(const struct world *world)
{
    for (size_t i = 0; i < world->files_count; i++)
        print_error("--- %s\n%.*s", paths[i], (int)world->files[i].text_len, world->files[i].text);
}

/* The library's verdicts on the bridges; files[0] is bridge.conf. */
static void decide(const struct vmnetacl_buffer *files, size_t files_count, enum vmnetacl_status verdicts[])
{
    const struct vmnetacl_origin origin = {.buffers = files, .buffers_count = files_count};
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 1000};
    struct vmnetacl_policy *policy;
    const enum vmnetacl_status status = vmnetacl_load_from(&origin, &policy, NULL);

    for (size_t i = 0; i < COUNT_OF(bridges); i++)
        verdicts[i] = status != VMNETACL_OK ? status : vmnetacl_decide(policy, &caller, NULL, bridges[i], NULL);
    vmnetacl_free(policy);
}

/* The verdicts on each bridge, which the model must share. */
static void decide_all(const struct world *world, const char *what, enum vmnetacl_status verdicts[])
{
    decide(world->files, world->files_count, verdicts);
    for (size_t i = 0; i < COUNT_OF(bridges); i++) {
        enum vmnetacl_status want = model_decide(world->files, world->files_count, bridges[i]);
        if (verdicts[i] == want)
            continue;
        print_world(world);
        fail_msg("%s, bridge '%s': the model says %s, the library %s", what, bridges[i], vmnetacl_status_name(want),
                 vmnetacl_status_name(verdicts[i]));
    }
}

static void test_decide_random_rules_as_model(void **state)
{
    static struct world world;
    size_t seen[VMNETACL_INVALID + 1] = {0};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status verdicts[COUNT_OF(bridges)];
        world_make(&world);
        decide_all(&world, "as made", verdicts);
        for (size_t j = 0; j < COUNT_OF(bridges); j++)
            seen[verdicts[j]]++;
        for (size_t j = 0; j < 4; j++) {
            world_damage(&world);
            decide_all(&world, "damaged", verdicts);
        }
    }
    /* Rules that are all alike would prove nothing. */
    assert_true(seen[VMNETACL_ALLOW] > WORLDS_COUNT / 4 && seen[VMNETACL_DENY] > WORLDS_COUNT / 4 &&
                seen[VMNETACL_NOTFOUND] > WORLDS_COUNT / 4 && seen[VMNETACL_UNAVAIL] > WORLDS_COUNT / 4);
}

static void test_decide_lines_moved_same_verdict(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[COUNT_OF(bridges)];
        enum vmnetacl_status after[COUNT_OF(bridges)];
        world_make(&world);
        decide_all(&world, "as made", before);
        world_shuffle(&world);
        decide_all(&world, "shuffled", after);
        if (memcmp(before, after, sizeof before) != 0) {
            print_world(&world);
            fail_msg("the order of lines matters");
        }
    }
}

static void test_decide_line_added_deny_or_error_stays(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[COUNT_OF(bridges)];
        enum vmnetacl_status after[COUNT_OF(bridges)];
        world_make(&world);
        decide_all(&world, "as made", before);
        world_add_line(&world);
        decide_all(&world, "with a line more", after);
        for (size_t j = 0; j < COUNT_OF(bridges); j++) {
            if (after[j] == VMNETACL_ALLOW && before[j] != VMNETACL_ALLOW && before[j] != VMNETACL_NOTFOUND) {
                print_world(&world);
                fail_msg("bridge '%s': one line more turns %s into allow", bridges[j], vmnetacl_status_name(before[j]));
            }
        }
    }
}

static void test_decide_includes_deep_as_model_in_any_order(void **state)
{
    static struct world world;
    size_t deep_count = 0;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[COUNT_OF(bridges)];
        enum vmnetacl_status after[COUNT_OF(bridges)];
        world_make_deep(&world);
        decide_all(&world, "deep", before);
        world_shuffle(&world);
        decide_all(&world, "deep, shuffled", after);
        assert_memory_equal(before, after, sizeof before);
        deep_count += before[0] == VMNETACL_UNAVAIL;
    }
    assert_in_range(deep_count, WORLDS_COUNT / 10, WORLDS_COUNT / 10 * 9);
}

static int setup(void **state)
{
    (void)state;
    random_start(20240229);
    return 0;
}

/*
 * An inode number says which file it is only as long as that file is open: the next file may get the number of one that
 * is gone, and a caller can stop the load until it has. A deny in it was skipped as read before.
 */
static void test_decide_include_with_inode_of_another_is_read(void **state)
{
    static const struct vmnetacl_buffer files[] = {
        {.source = "qemu", .path = "/main", .text = "allow br0\ninclude /a\ninclude /b\n", .text_len = 32},
        {.source = "qemu", .path = "/a", .text = "allow a1\n", .text_len = 9},
        {.source = "qemu", .path = "/b", .text = "deny br0\n", .text_len = 9},
    };
    enum vmnetacl_status verdicts[COUNT_OF(bridges)];

    (void)state;
    memory_files_share_inode = true;
    decide(files, COUNT_OF(files), verdicts);
    memory_files_share_inode = false;
    assert_string_equal(bridges[1], "br0");
    assert_int_equal(verdicts[1], VMNETACL_DENY);
    assert_string_equal(bridges[5], "a1");
    assert_int_equal(verdicts[5], VMNETACL_ALLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_decide_random_rules_as_model, setup),
        cmocka_unit_test_setup(test_decide_lines_moved_same_verdict, setup),
        cmocka_unit_test_setup(test_decide_includes_deep_as_model_in_any_order, setup),
        cmocka_unit_test_setup(test_decide_line_added_deny_or_error_stays, setup),
        cmocka_unit_test(test_decide_include_with_inode_of_another_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
