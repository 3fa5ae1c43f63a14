/* SPDX-License-Identifier: MIT */
/* The uids that /etc/subuid gives out: in whatever is in the file, and when it cannot be read. */
#include "subordinate.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST 100000

/* What stands in for the file: a path, or, when it is NULL, an errno. */
static struct {
    const char *path;
    int error;
} file;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
    assert_string_equal(path, "/etc/subuid");
    if (file.path != NULL)
        return __real_open(file.path, flags);
    errno = file.error;
    return -1;
}

static bool is_by_text(uid_t uid, const char *text, size_t len)
{
    const int text_fd = memfd_create("subuid", MFD_CLOEXEC);
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", text_fd); /* always fits */
    assert_int_equal(write(text_fd, text, len), len);
    file.path = path;
    bool found = subordinate_is(uid);
    file.path = NULL;
    assert_int_equal(close(text_fd), 0);
    return found;
}

static void test_subordinate_is_each_file(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        uid_t uid;
        bool want;
    } rows[] = {
        {"the first", "alice:100000:65536\n", FIRST, true},
        {"one before the first", "alice:100000:65536\n", FIRST - 1, false},
        {"the last", "alice:100000:65536\n", FIRST + 65535, true},
        {"one after the last", "alice:100000:65536\n", FIRST + 65536, false},
        {"a later line", "alice:100000:65536\nbob:165536:65536\n", 165536, true},
        {"a last line without its end", "bob:1:2\nalice:100000:65536", FIRST, true},
        {"an owner by number", "1000:100000:65536\n", FIRST, true},
        {"no owner", ":100000:65536\n", FIRST, true},
        {"a range of none", "alice:100000:0\n", FIRST, false},
        {"a range of one", "root:1000:1\n", 1000, false},
        {"a range of two", "root:1000:2\n", 1001, true},
        {"a range beyond all uids", "alice:100000:4294967295\n", (uid_t)-2, true},
        {"a comment", "# alice:100000:65536\n", 1000, false},
        {"an empty line", "\nalice:100000:65536\n", FIRST, true},
        {"too few fields", "alice:100000\n", FIRST, false},
        {"no number", "alice:100000:x\nalice:x:65536\nalice::\nalice:-1:65536\nalice: 1:65536\n", FIRST, false},
        {"a number too long", "alice:00000100000:65536\n", FIRST, false},
        {"a line that is not one before one that is", "alice\nalice:100000:65536\n", FIRST, true},
    };

    (void)state; /* cmocka's signature */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (is_by_text(rows[i].uid, rows[i].text, strlen(rows[i].text)) != rows[i].want)
            fail_msg("%s", rows[i].name);
    }
}

/* Longer than what is read at once; each line is found, wherever that ends. */
static void test_subordinate_is_long_file(void **state)
{
    static char text[256 * 1024];
    size_t len = 0;
    unsigned count = 0;

    (void)state; /* cmocka's signature */
    for (; len < sizeof text - 64; count++)
        len += (size_t)sprintf(text + len, "user%u:%u:10\n", count, FIRST + count * 20);
    for (unsigned i = 0; i < count; i += 7) {
        assert_true(is_by_text(FIRST + i * 20 + 9, text, len));
        assert_false(is_by_text(FIRST + i * 20 + 10, text, len));
    }
    assert_true(is_by_text(FIRST + (count - 1) * 20, text, len - 1));
}

static void test_subordinate_is_line_of_any_length(void **state)
{
    static char text[8192];
    static const char line[] = "\nalice:100000:65536\n";

    (void)state; /* cmocka's signature */
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len < sizeof text - sizeof line; len += 13) {
        memcpy(text + len, line, sizeof line - 1);
        assert_true(is_by_text(FIRST, text, len + sizeof line - 1));
        assert_true(len > 4000 || !is_by_text(1000, text, len + sizeof line - 1));
        memset(text + len, 'x', sizeof line);
    }
    assert_true(is_by_text(FIRST, "\0\nalice:100000:65536\n", 22));
}

static void test_subordinate_is_file_missing_false(void **state)
{
    (void)state; /* cmocka's signature */
    file.error = ENOENT;
    assert_false(subordinate_is(FIRST));
}

/* Then each uid may be one. */
static void test_subordinate_is_file_not_read_true(void **state)
{
    (void)state; /* cmocka's signature */
    file.error = EMFILE;
    assert_true(subordinate_is(1000));
    file.path = "/"; /* read(2): EISDIR */
    assert_true(subordinate_is(1000));
    file.path = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subordinate_is_each_file),
        cmocka_unit_test(test_subordinate_is_long_file),
        cmocka_unit_test(test_subordinate_is_line_of_any_length),
        cmocka_unit_test(test_subordinate_is_file_missing_false),
        cmocka_unit_test(test_subordinate_is_file_not_read_true),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
