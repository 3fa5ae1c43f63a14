/* SPDX-License-Identifier: MIT */
/* What the helper says when it ends, and what it leaves in the log. The log is a socket of the test's. */
#include "caller.h"
#include "child.h"
#include "message.h"
#include "request.h"
#include "unit.h"
#include "vmnetacl.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

static int log_receiver = -1;
static int log_error; /* what connecting to it ends with; 0: as there is a receiver or none */

int __real_connect(int fd, const struct sockaddr *address, socklen_t address_len);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t address_len);

/* /dev/log is the test's socket, or is not there. */
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t address_len)
{
    struct sockaddr_un own;
    socklen_t own_len = sizeof own;

    if (strcmp(((const struct sockaddr_un *)(const void *)address)->sun_path, "/dev/log") != 0)
        return __real_connect(fd, address, address_len);
    if (log_error != 0 || log_receiver < 0) {
        errno = log_error != 0 ? log_error : ENOENT;
        return -1;
    }
    return getsockname(log_receiver, (struct sockaddr *)&own, &own_len) == 0
               ? __real_connect(fd, (struct sockaddr *)&own, own_len)
               : -1;
}

static int die_with_text(const void *text)
{
    errno = ENOENT;
    die(EX_OSERR, "%s", (const char *)text);
}

static int die_with_errno(const void *unused)
{
    (void)unused;
    errno = EACCES;
    die(EX_CONFIG, "cannot open '%s': %m; do %d", "/a", 7);
}

static int die_without_stderr(const void *unused)
{
    (void)unused;
    CHILD_CHECK(close(STDERR_FILENO) == 0);
    die(EX_USAGE, "nobody hears");
}

static void test_die_text_one_line_one_write(void **state)
{
    struct child_result result;
    const int want[] = {64, 69, 70, 71, 75, 77, 78};
    const int codes[] = {EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE, EX_OSERR, EX_TEMPFAIL, EX_NOPERM, EX_CONFIG};

    (void)state; /* cmocka's signature, here and below */
    child_run(die_with_errno, NULL, &result);
    child_assert_died(&result, EX_CONFIG, "");
    assert_string_equal(result.stderr_text, "vmnet-helper: cannot open '/a': Permission denied; do 7\n");
    child_run(die_without_stderr, NULL, &result);
    child_assert_exit(&result, EX_USAGE, "");
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        assert_int_equal(codes[i], want[i]); /* users and scripts see the numbers */
}

static void test_die_bytes_not_printable_escaped(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        const char *want;
    } rows[] = {
        {"printable", " !~", " !~"},
        {"newline: no second line", "a\nvmnet-helper: b", "a\\x0avmnet-helper: b"},
        {"terminal", "\033[2J\a\r", "\\x1b[2J\\x07\\x0d"},
        {"high", "\x7f\x80\xff", "\\x7f\\x80\\xff"},
        {"backslash: what is escaped already stays so", "\\x41\\", "\\x41\\"},
        {"percent", "%s%n", "%s%n"},
        {"nothing", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        char want[128];
        child_run(die_with_text, rows[i].input, &result);
        child_assert_died(&result, EX_OSERR, "");
        (void)snprintf(want, sizeof want, "vmnet-helper: %s\n", rows[i].want);
        assert_string_equal(result.stderr_text, want);
    }
}

static void test_die_long_text_cut_at_a_whole_character(void **state)
{
    char text[4096];
    struct child_result result;

    (void)state;
    for (size_t bytes = 1990; bytes < 2100; bytes++) {
        memset(text, 'a', bytes);
        text[bytes] = '\0';
        child_run(die_with_text, text, &result);
        child_assert_died(&result, EX_OSERR, "vmnet-helper: aaa");
        assert_true(result.stderr_len <= PIPE_BUF);
        assert_true(result.stderr_len == bytes + 15 || result.stderr_len > 2000); /* whole, or cut at the end */
    }
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', shift);
        memset(text + shift, 0xff, sizeof text - 1 - shift);
        text[sizeof text - 1] = '\0';
        child_run(die_with_text, text, &result);
        child_assert_died(&result, EX_OSERR, "\\xff\n");
        assert_int_equal((result.stderr_len - 15 - shift) % 4, 0);
        assert_true(result.stderr_len > 2000 && result.stderr_len <= PIPE_BUF);
    }
}

static struct caller caller = {.uid = 1000, .name = "alice"};
static struct request request = {.bridge = "virbr0", .fd = 3};

static int open_log(const void *unused)
{
    (void)unused;
    CHILD_CHECK(message_open_log(&caller, &request));
    return 0;
}

static int grant_in_log(const void *file)
{
    CHILD_CHECK(message_open_log(&caller, &request));
    message_granted("tap7", file, 12);
    return 0;
}

static int grant_degraded_in_log(const void *file)
{
    message_degraded(file);
    return grant_in_log("/etc/qemu/bridge.conf");
}

static int die_degraded_in_log(const void *file)
{
    CHILD_CHECK(message_open_log(&caller, &request));
    message_degraded(file);
    die(EX_NOPERM, "no");
}

static int die_in_log(const void *text)
{
    CHILD_CHECK(message_open_log(&caller, &request));
    die(EX_NOPERM, "%s", (const char *)text);
}

static int fail_in_log(const void *text)
{
    CHILD_CHECK(message_open_log(&caller, &request));
    die(EX_CONFIG, "%s", (const char *)text);
}

static int grant_without_log(const void *unused)
{
    (void)unused;
    CHILD_CHECK(!message_open_log(&caller, &request));
    message_granted("tap7", "/a", 12);
    return 0;
}

static int die_without_log(const void *unused)
{
    (void)unused;
    CHILD_CHECK(!message_open_log(&caller, &request));
    die(EX_NOPERM, "no");
}

static int setup_log(void **state)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)state;
    log_receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    /* Bound to no name, a socket gets an abstract one of the kernel's choice: unix(7). */
    return log_receiver >= 0 ? bind(log_receiver, (const struct sockaddr *)&address, sizeof address.sun_family) : -1;
}

static int teardown_log(void **state)
{
    (void)state;
    if (log_receiver >= 0 && close(log_receiver) != 0)
        return -1;
    log_receiver = -1;
    return 0;
}

/* The only record in the log; pid is what stands in brackets. */
static void read_record(char *record, size_t record_size, unsigned *pid)
{
    ssize_t len = recv(log_receiver, record, record_size - 1, MSG_DONTWAIT);
    char *end;

    assert_in_range(len, 1, record_size - 2);
    record[len] = '\0';
    assert_int_equal(recv(log_receiver, (char[]){0}, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(sscanf(record, "<%*u>vmnet-helper[%u]", pid), 1);
    end = strchr(record, ']');
    memmove(strchr(record, '[') + 1, end, strlen(end) + 1);
}

static void test_message_granted_one_record(void **state)
{
    struct child_result result;
    char record[4096];
    unsigned pid;

    (void)state;
    child_run(grant_in_log, "/etc/qemu/bridge.conf", &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(result.writes_count, 0);
    read_record(record, sizeof record, &pid);
    assert_true(pid > 1);
    assert_string_equal(record, "<86>vmnet-helper[]: granted: user=alice uid=1000 bridge=virbr0 tap=tap7 "
                                "rule=/etc/qemu/bridge.conf:12");
}

static void test_message_degraded_file_told(void **state)
{
    struct child_result result;
    char record[4096];
    char text[8192];
    unsigned pid;

    (void)state;
    child_run(grant_degraded_in_log, "/etc/vmnet/rules.d/a.rules", &result);
    child_assert_exit(&result, 0, "");
    read_record(record, sizeof record, &pid);
    assert_string_equal(record, "<86>vmnet-helper[]: granted: user=alice uid=1000 bridge=virbr0 tap=tap7 "
                                "degraded=/etc/vmnet/rules.d/a.rules rule=/etc/qemu/bridge.conf:12");
    child_run(die_degraded_in_log, "/etc/vmnet/rules.d/a.rules", &result);
    child_assert_died(&result, EX_NOPERM, "vmnet-helper: no\n");
    read_record(record, sizeof record, &pid);
    assert_string_equal(record, "<85>vmnet-helper[]: denied: user=alice uid=1000 bridge=virbr0 tap=- "
                                "degraded=/etc/vmnet/rules.d/a.rules no");
    memset(text, 'f', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    child_run(grant_degraded_in_log, text, &result);
    child_assert_exit(&result, 0, "");
    read_record(record, sizeof record, &pid);
    assert_in_range(strlen(record), 1000, 2048);
}

static void test_die_with_log_one_record_and_one_line(void **state)
{
    struct child_result result;
    char record[4096];
    unsigned pid;

    (void)state;
    child_run(die_in_log, "access denied\n\xff", &result);
    child_assert_died(&result, EX_NOPERM, "access denied\\x0a\\xff\n");
    read_record(record, sizeof record, &pid);
    assert_string_equal(record, "<85>vmnet-helper[]: denied: user=alice uid=1000 bridge=virbr0 tap=- "
                                "access denied\\x0a\\xff");
    child_run(fail_in_log, "cannot", &result);
    child_assert_died(&result, EX_CONFIG, "cannot\n");
    read_record(record, sizeof record, &pid);
    assert_string_equal(record, "<85>vmnet-helper[]: failed: user=alice uid=1000 bridge=virbr0 tap=- cannot");
}

static void test_record_long_text_cut(void **state)
{
    struct child_result result;
    char text[8192];
    char record[4096];
    unsigned pid;

    (void)state;
    memset(text, '\xff', sizeof text);
    text[sizeof text - 1] = '\0';
    child_run(die_in_log, text, &result);
    child_assert_died(&result, EX_NOPERM, "\\xff\n");
    read_record(record, sizeof record, &pid);
    assert_in_range(strlen(record), 2000, 2048);
    assert_string_equal(record + strlen(record) - 4, "\\xff");
    memset(text, 'f', sizeof text - 1);
    child_run(grant_in_log, text, &result);
    child_assert_exit(&result, 0, "");
    read_record(record, sizeof record, &pid);
    assert_in_range(strlen(record), 1000, 2048);
}

/* Nobody reads, and the log takes no more: the helper waits a moment, and goes on without. */
static void test_message_granted_log_full_served_all_the_same(void **state)
{
    struct sockaddr_un own;
    socklen_t own_len = sizeof own;
    struct child_result result;
    int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(getsockname(log_receiver, (struct sockaddr *)&own, &own_len), 0);
    while (sendto(sender, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&own, own_len) == 1)
        ;
    assert_int_equal(errno, EAGAIN);
    child_run(grant_in_log, "/a", &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(close(sender), 0);
}

static void test_open_log_absent_served_all_the_same(void **state)
{
    struct child_result result;

    (void)state;
    child_run(grant_without_log, NULL, &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(result.writes_count, 0);
    child_run(die_without_log, NULL, &result);
    child_assert_died(&result, EX_NOPERM, "no\n");
}

/* A stderr that cannot be written to without dying: a file, where files may have no size. */
static int die_with_deadly_stderr(const void *unused)
{
    const struct rlimit no_size = {.rlim_cur = 0, .rlim_max = 0};
    int file = memfd_create("stderr", MFD_CLOEXEC);

    (void)unused;
    CHILD_CHECK(message_open_log(&caller, &request));
    CHILD_CHECK(setrlimit(RLIMIT_FSIZE, &no_size) == 0 && dup2(file, STDERR_FILENO) == STDERR_FILENO);
    die(EX_NOPERM, "the reason");
}

/* The caller chose stderr, and may have chosen one that never lets go: the record must not depend on it. */
static void test_die_stderr_deadly_record_written_before(void **state)
{
    struct child_result result;
    char record[512];
    unsigned pid;

    (void)state;
    child_run(die_with_deadly_stderr, NULL, &result);
    assert_int_equal(result.signal, SIGXFSZ);
    read_record(record, sizeof record, &pid);
    assert_non_null(strstr(record, "denied: "));
    assert_non_null(strstr(record, "the reason"));
}

static int open_log_with_error(const void *error)
{
    log_error = *(const int *)error;
    CHILD_CHECK(!message_open_log(&caller, &request));
    return 0;
}

/* Only what a caller can bring about is a failure: a log that is not there, or is something else, is none. */
static void test_open_log_connect_fails_refused_or_served(void **state)
{
    static const int refused[] = {ENOMEM, ENOBUFS, EAGAIN, EINTR};
    static const int served[] = {ENOENT, ECONNREFUSED, EACCES, EPERM, EPROTOTYPE, ENOTDIR};
    struct child_result result;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        child_run(open_log_with_error, &refused[i], &result);
        child_assert_died(&result, EX_TEMPFAIL, "cannot connect to the system log");
    }
    for (size_t i = 0; i < COUNT_OF(served); i++) {
        child_run(open_log_with_error, &served[i], &result);
        child_assert_exit(&result, 0, "");
    }
}

static int open_log_without_descriptors(const void *unused)
{
    int fd;

    (void)unused;
    while ((fd = dup(STDERR_FILENO)) >= 0)
        ;
    CHILD_CHECK(errno == EMFILE);
    return open_log(NULL);
}

/* Else a caller could leave no trace. */
static void test_open_log_no_descriptor_try_again(void **state)
{
    struct child_result result;

    (void)state;
    child_run(open_log_without_descriptors, NULL, &result);
    child_assert_died_of(&result, EX_TEMPFAIL, "cannot open a socket for the system log: %m", EMFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_die_text_one_line_one_write),
        cmocka_unit_test(test_die_bytes_not_printable_escaped),
        cmocka_unit_test(test_die_long_text_cut_at_a_whole_character),
        cmocka_unit_test_setup_teardown(test_message_granted_one_record, setup_log, teardown_log),
        cmocka_unit_test_setup_teardown(test_message_degraded_file_told, setup_log, teardown_log),
        cmocka_unit_test_setup_teardown(test_die_with_log_one_record_and_one_line, setup_log, teardown_log),
        cmocka_unit_test_setup_teardown(test_record_long_text_cut, setup_log, teardown_log),
        cmocka_unit_test_setup_teardown(test_message_granted_log_full_served_all_the_same, setup_log, teardown_log),
        cmocka_unit_test_setup_teardown(test_die_stderr_deadly_record_written_before, setup_log, teardown_log),
        cmocka_unit_test(test_open_log_absent_served_all_the_same),
        cmocka_unit_test(test_open_log_connect_fails_refused_or_served),
        cmocka_unit_test(test_open_log_no_descriptor_try_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
