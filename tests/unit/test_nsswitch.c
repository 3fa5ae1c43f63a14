/* SPDX-License-Identifier: MIT */
/* Lines of nsswitch.conf(5), made strict. */
#include "nsswitch.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static bool make(const char *text, const char *database, bool is_optional, bool keeps_actions, char *line)
{
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1);
    bool is_made;

    assert_non_null(copy);
    memcpy(copy, text, len);
    is_made = nsswitch_make_line(copy, len, database, is_optional, keeps_actions, "A=b", line);
    free(copy);
    return is_made;
}

static void test_nsswitch_make_line_services_and_actions(void **state)
{
    static const struct {
        const char *text;
        const char *database;
        bool is_optional;
        bool keeps_actions;
        const char *want; /* NULL: none */
    } rows[] = {
        {"passwd: files", "passwd", false, true, "files [ A=b] "},
        {"passwd: files sss", "passwd", false, true, "files [ A=b] sss [ A=b] "},
        {"passwd:files sss", "passwd", false, true, "files [ A=b] sss [ A=b] "},
        {" \tpasswd \t:\tfiles\t\n", "passwd", false, true, "files [ A=b] "},
        {"passwd: files [NOTFOUND=return] sss", "passwd", false, true, "files [NOTFOUND=return A=b] sss [ A=b] "},
        {"passwd: files [NOTFOUND=return] sss", "passwd", false, false, "files [ A=b] sss [ A=b] "},
        {"passwd: files[X=y][", "passwd", false, true, NULL},
        {"passwd: files[X=y]sss", "passwd", false, true, "files [X=y A=b] sss [ A=b] "},
        {"passwd: files [X=y", "passwd", false, true, NULL},
        {"passwd: [X=y] files", "passwd", false, true, NULL},
        {"passwd: files [X=y] [Z=z] sss", "passwd", false, true, NULL},
        {"", "passwd", false, true, "files [ A=b] "},
        {"", "initgroups", true, true, NULL},
        {"group: files\n", "passwd", false, true, "files [ A=b] "},
        {"group: files\n", "initgroups", true, true, NULL},
        {"initgroups: sss\n", "initgroups", true, true, "sss [ A=b] "},
        {"passwd: a\ngroup: b\npasswd: c\n", "passwd", false, true, "c [ A=b] "}, /* the last counts */
        {"passwd: a # passwd: b\n", "passwd", false, true, "a [ A=b] "},
        {"#passwd: a\n", "passwd", false, true, "files [ A=b] "},
        {"passwd a\n", "passwd", false, true, "files [ A=b] "},
        {"passwdx: a\npasswd", "passwd", false, true, "files [ A=b] "},
        {"passwd ", "passwd", false, true, "files [ A=b] "},
        {"passwd:", "passwd", false, true, NULL}, /* asks nobody */
        {"passwd: \nshadow: files", "passwd", false, true, NULL},
        {"shadow_passwd: a", "passwd", false, true, "files [ A=b] "},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char line[NSSWITCH_LINE_SIZE];
        bool is_made = make(rows[i].text, rows[i].database, rows[i].is_optional, rows[i].keeps_actions, line);
        if (is_made != (rows[i].want != NULL) || (is_made && strcmp(line, rows[i].want) != 0))
            fail_msg("%s: got %s", rows[i].text, is_made ? line : "none");
    }
}

static void test_nsswitch_make_line_limit_kept(void **state)
{
    char text[NSSWITCH_LINE_SIZE + 16] = "passwd: ";
    char line[NSSWITCH_LINE_SIZE];
    size_t around = strlen(" [ A=b] ");

    (void)state;
    memset(text + 8, 's', NSSWITCH_LINE_SIZE);
    text[8 + NSSWITCH_LINE_SIZE - 1 - around] = '\0'; /* N: fits with its NUL */
    assert_true(make(text, "passwd", false, true, line));
    assert_int_equal(strlen(line), NSSWITCH_LINE_SIZE - 1);
    text[8 + NSSWITCH_LINE_SIZE - 1 - around] = 's';
    text[8 + NSSWITCH_LINE_SIZE - around] = '\0'; /* N + 1 */
    assert_false(make(text, "passwd", false, true, line));
    strcat(text, " more"); /* a short one behind it does not make it fit */
    assert_false(make(text, "passwd", false, true, line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nsswitch_make_line_services_and_actions),
        cmocka_unit_test(test_nsswitch_make_line_limit_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
