/* SPDX-License-Identifier: MIT */
/* Who asks, and the name in /etc/passwd; the file is the test's. */
#include "caller.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *passwd; /* NULL: there is none */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
    int fd;

    if (strcmp(path, "/etc/passwd") != 0)
        return __real_open(path, flags);
    errno = EACCES;
    if (passwd == NULL)
        return -1;
    fd = memfd_create("passwd", MFD_CLOEXEC);
    assert_int_equal(write(fd, passwd, strlen(passwd)), strlen(passwd));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static const char *name_of(uid_t uid, const char *text)
{
    static struct caller caller;

    caller.uid = uid;
    strcpy(caller.name, "?");
    passwd = text;
    caller_find_name(&caller);
    return caller.name;
}

static void test_caller_capture_process_ids(void **state)
{
    struct caller caller;
    static gid_t groups[VMNETACL_GROUPS_MAX];
    int count = getgroups(VMNETACL_GROUPS_MAX, groups);

    (void)state; /* cmocka's signature, here and below */
    memset(&caller, 'x', sizeof caller);
    caller_capture_self(&caller);
    assert_int_equal(caller.uid, getuid());
    assert_int_equal(caller.gid, getgid());
    assert_int_equal(caller.groups_count, count);
    if (count > 0)
        assert_memory_equal(caller.groups, groups, (size_t)count * sizeof *groups);
    assert_false(caller.is_peer);
    assert_string_equal(caller.name, "?");
    vmnetacl_caller_free(caller.memory);
}

/* The peer's credentials, one by one, are tested with the library: here it is this process. */
static void test_caller_capture_peer_told_apart(void **state)
{
    struct caller self;
    struct caller peer;
    int pair[2];

    (void)state;
    unit_skip_if_emulated("QEMU writes a byte where SO_PEERGROUPS has room for none");
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    caller_capture_self(&self);
    caller_capture_peer(&peer, pair[0]);
    assert_true(peer.is_peer);
    assert_int_equal(peer.uid, geteuid());
    assert_int_equal(peer.gid, getegid());
    assert_int_equal(peer.groups_count, self.groups_count);
    assert_string_equal(peer.name, "?");
    vmnetacl_caller_free(self.memory);
    vmnetacl_caller_free(peer.memory);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void test_find_name_lines_of_passwd(void **state)
{
    static const struct {
        const char *name;
        uid_t uid;
        const char *input;
        const char *want;
    } rows[] = {
        {"one line", 1000, "alice:x:1000:1000::/:/bin/sh\n", "alice"},
        {"root", 0, "root:x:0:0:root:/root:/bin/sh\n", "root"},
        {"second line", 1001, "alice:x:1000:1:::\nbob:x:1001:1:::\n", "bob"},
        {"the first of two", 5, "a:x:5:1:::\nb:x:5:1:::\n", "a"},
        {"empty password", 5, "a::5:1:::\n", "a"},
        {"largest uid", 4294967294U, "big:x:4294967294:1:::\n", "big"},
        {"longest name", 5, "12345678901234567890123456789012:x:5:1:::\n", "12345678901234567890123456789012"},
        {"name too long", 5, "123456789012345678901234567890123:x:5:1:::\n", "?"},
        {"uid as gid", 5, "a:x:6:5:::\n", "?"},
        {"uid as password", 5, "a:5:6:7:::\n", "?"},
        {"uid in other fields", 5, "a\n5:5:6:5:5:5:5\n:5\n", "?"},
        {"longer uid", 5, "a:x:55:1:::\n", "?"},
        {"leading zero", 5, "a:x:05:1:::\n", "?"},
        {"2^32 + 5", 5, "a:x:4294967301:1:::\n", "?"},
        {"2^64 + 5", 5, "a:x:18446744073709551621:1:::\n", "?"},
        {"sign", 5, "a:x:+5:1:::\n", "?"},
        {"blank", 5, "a:x: 5:1:::\n", "?"},
        {"letters", 5, "a:x:5x:1:::\n", "?"},
        {"no uid", 0, "a:x::1:::\n", "?"},
        {"lines end early", 5, "a:x\nb\n:\n::\n", "?"},
        {"empty line between", 5, "a:x:6:1\n\nb:x:5:1:::\n", "b"},
        {"no newline at the end", 5, "a:x:5:1:::", "a"},
        {"nothing after the uid, which may go on where reading ended", 5, "a:x:5", "?"},
        {"empty", 5, "", "?"},
        {"no file", 5, NULL, "?"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *got = name_of(rows[i].uid, rows[i].input);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: want '%s', got '%s'", rows[i].name, rows[i].want, got);
    }
}

/* So much is read; who comes later stays without a name, and without any other's. */
static void test_find_name_file_large_first_part_read(void **state)
{
    static char text[80 * 1024];
    static const char line[] = "alice:x:1000:1000::/:/bin/sh\n";
    const size_t room = 64 * 1024 - 1;

    (void)state;
    for (size_t before = room - 64; before < room + 64; before++) {
        memset(text, 'z', sizeof text);
        for (size_t i = 99; i < before; i += 100)
            text[i] = '\n';
        text[before - 1] = '\n';
        memcpy(text + before, line, sizeof line);
        if (before + strlen(line) <= room)
            assert_string_equal(name_of(1000, text), "alice");
        else if (before + strlen("alice:x:1000") > room)
            assert_string_equal(name_of(1000, text), "?");
        assert_string_equal(name_of(100, text), "?"); /* what is left of the uid when the end is in it */
        assert_string_equal(name_of(1, text), "?");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caller_capture_process_ids),
        cmocka_unit_test(test_caller_capture_peer_told_apart),
        cmocka_unit_test(test_find_name_lines_of_passwd),
        cmocka_unit_test(test_find_name_file_large_first_part_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
