/* SPDX-License-Identifier: MIT */
/* The lines of nsswitch.conf(5), as glibc reads them. */
#include "nsswitch.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The services of a database: each name, with '!' behind one that ends on NOTFOUND and '#' behind one in a comment. */
static void read_services(const char *text, size_t len, const char *database, char *out, size_t out_size)
{
    char *copy = malloc(len > 0 ? len : 1);
    struct nsswitch_service service = {.name_len = 0};
    enum nsswitch_result result = NSSWITCH_SERVICE;
    struct line line;
    size_t used = 0;

    assert_non_null(copy);
    memcpy(copy, text, len);
    out[0] = '\0';
    if (!nsswitch_find(copy, len, database, &line)) {
        (void)snprintf(out, out_size, "none");
        free(copy);
        return;
    }
    while ((result = nsswitch_next(&line, &service)) == NSSWITCH_SERVICE)
        used += (size_t)snprintf(out + used, out_size - used, "%.*s%s%s ", (int)service.name_len, service.name,
                                 service.ends_on_notfound ? "!" : "", service.is_comment ? "#" : "");
    if (result == NSSWITCH_INVALID)
        (void)snprintf(out + used, out_size - used, "invalid");
    free(copy);
}

static void test_nsswitch_services_read_as_glibc_does(void **state)
{
    static const struct {
        const char *text;
        const char *database;
        const char *want;
    } rows[] = {
        {"passwd: files", "passwd", "files "},
        {"passwd: files sss", "passwd", "files sss "},
        {"passwd:files sss", "passwd", "files sss "},
        {" \tpasswd \t:\tfiles\v\n", "passwd", "files "},
        {"passwd: files [NOTFOUND=return] sss", "passwd", "files! sss "},
        {"passwd: files [notfound=Return]", "passwd", "files! "},
        {"passwd: files [ NOTFOUND = return ] sss", "passwd", "files! sss "},
        {"passwd: files [NOTFOUND=continue] sss", "passwd", "files sss "},
        {"passwd: files [NOTFOUND=merge] sss", "passwd", "files sss "},
        {"passwd: files [SUCCESS=return UNAVAIL=return] sss", "passwd", "files sss "},
        {"passwd: files [!SUCCESS=return] sss", "passwd", "files! sss "},
        {"passwd: files [!NOTFOUND=return] sss", "passwd", "files sss "},
        {"passwd: files [!UNAVAIL=return NOTFOUND=continue] sss", "passwd", "files sss "},
        {"passwd: files [TRYAGAIN=return NOTFOUND=return]sss", "passwd", "files! sss "},
        {"passwd: files[SUCCESS=merge]sss", "passwd", "files sss "},
        {"passwd: files [X=return] sss", "passwd", "invalid"},
        {"passwd: files [{OTFOUND=return] sss", "passwd", "invalid"},
        {"passwd: files [N@TFOUND=return] sss", "passwd", "invalid"},
        {"passwd: files [SUCCESS=y] sss", "passwd", "invalid"},
        {"passwd: files [SUCCESS return]", "passwd", "invalid"},
        {"passwd: files [SUCCESS", "passwd", "invalid"},
        {"passwd: files [SUCCESS=return", "passwd", "invalid"},
        {"passwd: files []", "passwd", "invalid"},
        {"passwd: files [SUCCESS=return] [NOTFOUND=return] sss", "passwd", "files "},
        {"passwd: files # and more", "passwd", "files ## and# more# "},
        {"#passwd: a\n", "passwd", "none"},
        {"passwd a\n", "passwd", "a "},
        {"passwd :: a\n", "passwd", "a "},
        {"passwdx: a\npasswd", "passwd", ""},
        {"passwd:", "passwd", ""},
        {"passwd: \nshadow: files", "passwd", ""},
        {"shadow_passwd: a", "passwd", "none"},
        {"Passwd: a", "passwd", "none"},
        {"", "passwd", "none"},
        {"group: files\n", "passwd", "none"},
        {"initgroups: sss\n", "initgroups", "sss "},
        {"passwd: a\ngroup: b\npasswd: c\n", "passwd", "c "}, /* the last counts */
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char got[256];
        read_services(rows[i].text, strlen(rows[i].text), rows[i].database, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: want '%s', got '%s'", rows[i].text, rows[i].want, got);
    }
}

static void test_nsswitch_nul_ends_a_line(void **state)
{
    static const char text[] = "passwd: a\0 b\npasswd\0: c\ngroup: d";
    char got[64];

    (void)state;
    read_services(text, sizeof text - 1, "passwd", got, sizeof got);
    assert_string_equal(got, "");
    read_services(text, sizeof text - 1, "group", got, sizeof got);
    assert_string_equal(got, "d ");
    read_services(text, 12, "passwd", got, sizeof got);
    assert_string_equal(got, "a ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nsswitch_services_read_as_glibc_does),
        cmocka_unit_test(test_nsswitch_nul_ends_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
