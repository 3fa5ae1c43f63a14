/* SPDX-License-Identifier: MIT */
/* Rules, packed and taken out again; and as the public header shows them. */
#include "ruleset.h"
#include "texts.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define ACCOUNT_85  "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345"
#define ACCOUNT_255 ACCOUNT_85 ACCOUNT_85 ACCOUNT_85

/* text may be NULL, as a rule without an account has it. */
static bool is_text(const char *bytes, size_t len, const char *text)
{
    return text == NULL ? bytes == NULL && len == 0 : len == strlen(text) && memcmp(bytes, text, len) == 0;
}

static void assert_rule(const struct rule *got, const struct rule *want)
{
    assert_int_equal(got->is_deny, want->is_deny);
    assert_int_equal(got->is_pattern, want->is_pattern);
    assert_int_equal(got->subject, want->subject);
    assert_int_equal(got->id, want->id);
    assert_true(is_text(got->account, got->account_len, want->account));
    assert_int_equal(got->grant.options, want->grant.options);
    if (want->grant.options != 0)
        assert_int_equal(got->grant.limit, want->grant.limit);
    assert_int_equal(got->place.line, want->place.line);
    assert_int_equal(got->place.column, want->place.column);
    assert_int_equal(got->name_len, want->name_len);
    if (want->name_len > 0)
        assert_memory_equal(got->name, want->name, want->name_len);
}

/* Every effect, subject, bridge, limit and kind of place. */
static size_t make_rules(struct rule rules[], size_t rules_max)
{
    static const char *const names[] = {"", "b", "123456789012345"};
    static const char *const accounts[] = {"a", ACCOUNT_255};
    unsigned line = 0;
    size_t count = 0;

    for (unsigned bits = 0; bits < 8; bits++) {
        for (int subject = VMNETACL_SUBJECT_ALL; subject <= VMNETACL_SUBJECT_GID; subject++) {
            for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(accounts); i++) {
                const char *name = names[i / 2];
                struct rule *rule = &rules[count++];
                assert_true(count <= rules_max);
                line += count % 5 == 0 ? 2 : 1; /* at times not the next line */
                *rule = (struct rule){.is_deny = (bits & 1) != 0,
                                      .is_pattern = (bits & 2) != 0 && *name != '\0',
                                      .grant = {.options = (bits & 4) != 0 ? VMNETACL_OPTION_LIMIT : 0,
                                                .limit = (bits & 4) != 0 ? UINT32_MAX - line : 0},
                                      .subject = (enum vmnetacl_subject)subject,
                                      .place = {.line = line, .column = count % 7 == 0 ? 6 : 1},
                                      .name = *name != '\0' ? name : NULL,
                                      .name_len = strlen(name)};
                if (subject == VMNETACL_SUBJECT_UID || subject == VMNETACL_SUBJECT_GID) {
                    rule->id = i % 2 == 0 ? 0 : UINT32_MAX - 1;
                } else if (subject != VMNETACL_SUBJECT_ALL) {
                    rule->account = accounts[i % 2];
                    rule->account_len = strlen(accounts[i % 2]);
                }
            }
        }
    }
    return count;
}

static void test_ruleset_add_rule_taken_out_again(void **state)
{
    static struct rule rules[256];
    size_t count = make_rules(rules, COUNT_OF(rules));
    const struct stat stat = {.st_size = 0, .st_dev = 5, .st_ino = 6};
    struct ruleset ruleset = {.files_count = 0};
    struct rule rule = {.name = NULL};
    struct rule_file *file;
    size_t offset = 0;
    size_t index;

    (void)state; /* cmocka's signature, here and below */
    assert_true(ruleset_add_file(&ruleset, strdup("/f"), &stat, &index));
    assert_int_equal(index, 0);
    file = &ruleset.files[index];
    assert_int_equal(file->device, 5);
    assert_int_equal(file->inode, 6);
    assert_int_equal(file->from, 0);
    for (size_t i = 0; i < count; i++)
        assert_true(ruleset_add_rule(file, &rules[i]));
    for (size_t i = 0; i < count; i++) {
        assert_true(offset < file->rules_len);
        ruleset_take_rule(file, &offset, &rule);
        assert_rule(&rule, &rules[i]);
    }
    assert_int_equal(offset, file->rules_len);
    ruleset_free(&ruleset);
    assert_int_equal(ruleset.files_count, 0);
    ruleset_free(&ruleset); /* what is empty can be freed */
}

/* What bridge.conf is made of for the most part takes a byte more than the name. */
static void test_ruleset_add_rule_plain_rule_small(void **state)
{
    const struct stat stat = {.st_size = 0};
    struct ruleset ruleset = {.files_count = 0};
    struct rule rule = {.place = {.line = 1, .column = 1}, .name = "virbr0", .name_len = 6};
    size_t index;

    (void)state;
    assert_true(ruleset_add_file(&ruleset, strdup("/f"), &stat, &index));
    assert_true(ruleset_add_rule(&ruleset.files[0], &rule));
    assert_int_equal(ruleset.files[0].rules_len, 7);
    rule.place.line = 2;
    assert_true(ruleset_add_rule(&ruleset.files[0], &rule));
    assert_int_equal(ruleset.files[0].rules_len, 14);
    ruleset_free(&ruleset);
}

static void test_ruleset_add_files_grow(void **state)
{
    const struct stat stat = {.st_size = 3};
    struct ruleset ruleset = {.files_count = 0};
    size_t index;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        if (i % 2 == 0) {
            assert_true(ruleset_add_file(&ruleset, strdup("/f"), &stat, &index));
            assert_int_equal(index, i);
        } else {
            assert_true(ruleset_add_skipped(&ruleset, "/none", VMNETACL_CODE_FILE_DENIED, i - 1,
                                            (struct position){.line = 7, .column = 8}));
        }
    }
    assert_int_equal(ruleset.files_count, 100);
    for (size_t i = 0; i < 100; i++) {
        assert_string_equal(ruleset.files[i].path, i % 2 == 0 ? "/f" : "/none");
        assert_int_equal(ruleset.files[i].skipped, i % 2 == 0 ? VMNETACL_CODE_NONE : VMNETACL_CODE_FILE_DENIED);
        assert_int_equal(ruleset.files[i].from, i % 2 == 0 ? i : i - 1);
        assert_int_equal(ruleset.files[i].at.line, i % 2 == 0 ? 0 : 7);
        assert_int_equal(ruleset.files[i].rules_len, 0);
    }
    ruleset_free(&ruleset);
}

/* The rules of a policy, one in each line. */
static char shown[8192];

static void show(const struct vmnetacl_rule *rule)
{
    size_t used = strlen(shown);

    assert_in_range(snprintf(shown + used, sizeof shown - used, "%s:%s:%u:%u %d %d %s %u %s %d %u '%s'\n",
                             rule->place.source, rule->place.file, rule->place.line, rule->place.column, rule->is_deny,
                             (int)rule->subject, rule->account != NULL ? rule->account : "-", rule->id, rule->bridge,
                             rule->is_pattern, rule->grant.limit, rule->text),
                    1, sizeof shown - used - 1);
}

static void show_all(const struct vmnetacl_policy *policy)
{
    struct vmnetacl_rules *rules;
    const struct vmnetacl_rule *rule;

    shown[0] = '\0';
    assert_int_equal(vmnetacl_rules_open(policy, &rules), VMNETACL_OK);
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        show(rule);
    assert_null(vmnetacl_rules_next(rules)); /* it stays at the end */
    vmnetacl_rules_close(rules);
}

static void test_rules_each_shown_taken_apart(void **state)
{
    static const struct texts texts = {
        .files = "allow all bridge all\n  deny  user\talice bridge br0\nallow uid 0 bridge br*  limit 1023\n\n"
                 "allow group kvm bridge 123456789012345*\ndeny gid 4294967294 bridge all\n",
        .qemu = "allow all\n\tdeny virbr0 \nallow br*\n",
    };
    struct vmnetacl_policy *policy = texts_policy(&texts);

    (void)state;
    show_all(policy);
    assert_string_equal(
        shown, "files:/rules.d/a.rules:1:1 0 0 - 0 all 1 0 'allow all bridge all'\n"
               "files:/rules.d/a.rules:2:3 1 1 alice 0 br0 0 0 'deny user alice bridge br0'\n"
               "files:/rules.d/a.rules:3:1 0 2 - 0 br* 1 1023 'allow uid 0 bridge br* limit 1023'\n"
               "files:/rules.d/a.rules:5:1 0 3 kvm 0 123456789012345* 1 0 'allow group kvm bridge 123456789012345*'\n"
               "files:/rules.d/a.rules:6:1 1 4 - 4294967294 all 1 0 'deny gid 4294967294 bridge all'\n"
               "qemu:/bridge.conf:1:1 0 0 - 0 all 1 0 'allow all'\n"
               "qemu:/bridge.conf:2:2 1 0 - 0 virbr0 0 0 'deny virbr0'\n"
               "qemu:/bridge.conf:3:1 0 0 - 0 br* 0 0 'allow br*'\n");
    vmnetacl_free(policy);
}

static bool is_out_of_memory;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return is_out_of_memory ? NULL : __real_calloc(count, size);
}

static void test_rules_nothing_to_walk_over_no_rule(void **state)
{
    const struct texts texts = {.files = "", .qemu = ""};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_rules *rules = (struct vmnetacl_rules *)shown; /* anything but NULL */

    (void)state;
    assert_int_equal(vmnetacl_rules_open(policy, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_rules_open(NULL, &rules), VMNETACL_INVALID);
    assert_null(rules);
    assert_null(vmnetacl_rules_next(NULL));
    vmnetacl_rules_close(NULL);
    is_out_of_memory = true;
    assert_int_equal(vmnetacl_rules_open(policy, &rules), VMNETACL_TRYAGAIN);
    is_out_of_memory = false;
    assert_null(rules);
    show_all(policy);
    assert_string_equal(shown, "");
    vmnetacl_free(policy);
}

/* The longest rule that there is, and a source that has none. */
static void test_rules_longest_shown_whole(void **state)
{
    static const char longest[] = "allow group " ACCOUNT_255 " bridge 123456789012345* limit 1023 isolated guard "
                                  "mac 52:54:00:12:34:56 vlan 4094 tap 1234567890%d-%u";
    static const struct texts texts = {.files = longest, .qemu = "x"};
    struct vmnetacl_policy *policy = texts_policy(&texts);

    (void)state;
    show_all(policy);
    assert_non_null(strstr(shown, longest));
    assert_ptr_equal(strchr(shown, '\n'), shown + strlen(shown) - 1);
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ruleset_add_rule_taken_out_again),
        cmocka_unit_test(test_ruleset_add_rule_plain_rule_small),
        cmocka_unit_test(test_ruleset_add_files_grow),
        cmocka_unit_test(test_rules_each_shown_taken_apart),
        cmocka_unit_test(test_rules_nothing_to_walk_over_no_rule),
        cmocka_unit_test(test_rules_longest_shown_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
