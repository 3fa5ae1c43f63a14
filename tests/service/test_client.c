/* SPDX-License-Identifier: MIT
 *
 * The client, which does not trust what answers at the socket: a service, or something else, and any answer.
 */
#define _GNU_SOURCE
#include "helperd_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_SOCKET "/run/host/run/vmnet/helper.sock"

enum {
    EXIT_PROTOCOL = 76
};

/* An answer, in the order of the members. */
struct answer {
    const char *name;
    const char *bytes;
    size_t len;
    size_t fd_count;  /* with the first byte */
    bool is_split;    /* one message for each byte of the first four, then the rest */
    bool reads_first; /* the request; else it is closed unread */
    /* What the client must do. */
    int code;
    const char *words;
    bool stays_open; /* the connection */
};

static pid_t server;

static int listener_make(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd < 0 || (unlink(path) != 0 && errno != ENOENT) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0666) != 0 ||
        listen(fd, 128) != 0)
        lab_die(path);
    return fd;
}

static void part_send(int fd, const char *bytes, size_t len, size_t fd_count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control = {.space = {0}};
    int fds[4];
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len}; /* only read */
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    for (size_t i = 0; i < fd_count; i++)
        fds[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd_count > 0) {
        message.msg_control = control.space;
        message.msg_controllen = (socklen_t)CMSG_SPACE(fd_count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = (socklen_t)CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, fd_count * sizeof(int));
    }
    (void)!sendmsg(fd, &message, MSG_NOSIGNAL); /* the client may have had enough */
}

static void answer_give(int fd, const struct answer *answer)
{
    char request[24];
    size_t sent = 0;

    if (answer->reads_first && recv(fd, request, sizeof request, MSG_WAITALL) != sizeof request)
        _exit(1);
    for (size_t i = 0; answer->is_split && i < 4 && sent < answer->len; i++, sent++) {
        part_send(fd, answer->bytes + sent, 1, i == 0 ? answer->fd_count : 0);
        usleep(2000);
    }
    if (sent < answer->len)
        part_send(fd, answer->bytes + sent, answer->len - sent, sent == 0 ? answer->fd_count : 0);
    if (!answer->stays_open)
        close(fd);
}

/* Answers everybody so. NULL: answers nobody, and closes nothing. */
static void server_start(const char *path, const struct answer *answer)
{
    const int listener = listener_make(path);

    fflush(NULL);
    server = fork();
    if (server < 0)
        lab_die("fork");
    if (server > 0) {
        close(listener);
        return;
    }
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && answer != NULL)
            answer_give(fd, answer);
    }
}

static void server_end(void)
{
    if (kill(server, SIGKILL) != 0 || waitpid(server, NULL, 0) != server)
        lab_die("server");
}

#define TEXT(string)  (string), sizeof(string) - 1
#define MISUNDERSTOOD "the service's answer is not one that this helper understands"

static void test_answer_of_each_kind(void **state)
{
    static char long_text[4096], longest[2047];
    const struct answer rows[] = {
        {"none", TEXT(""), 0, false, true, EXIT_TEMPFAIL, "ended without an answer", false},
        {"none, and the request unread", TEXT(""), 0, false, false, EXIT_TEMPFAIL, "ended without an answer", false},
        {"a refusal",
         TEXT("\x4d"
              "access denied by acl file"),
         0, false, true, EXIT_NOPERM, "access denied by acl file", false},
        {"in parts",
         TEXT("\x4d"
              "access denied by acl file"),
         0, true, true, EXIT_NOPERM, "access denied by acl file", false},
        {"before the request is read",
         TEXT("\x4d"
              "not you"),
         0, false, false, EXIT_NOPERM, "not you", false},
        {"75 with a text",
         TEXT("\x4b"
              "try again"),
         0, false, true, EXIT_TEMPFAIL, "try again", false},
        {"77 without a text", TEXT("\x4d"), 0, false, true, EXIT_PROTOCOL, MISUNDERSTOOD, false},
        {"69 without a text", TEXT("\x45"), 0, false, true, EXIT_PROTOCOL, MISUNDERSTOOD, false},
        {"0 without a descriptor", TEXT("\0"), 0, false, true, EXIT_PROTOCOL, MISUNDERSTOOD, false},
        {"0 with a text", TEXT("\0x"), 1, false, true, EXIT_PROTOCOL, MISUNDERSTOOD, false},
        {"a refusal with a descriptor",
         TEXT("\x4d"
              "no"),
         1, false, true, EXIT_NOPERM, "no", false},
        {"control bytes",
         TEXT("\x4d"
              "a\x1b[2Jb\r\nc\x07\xff\x9b"),
         0, false, true, EXIT_NOPERM, "a\\x1b[2Jb", false},
        {"a NUL in the text",
         TEXT("\x4d"
              "ab\0cd"),
         0, false, true, EXIT_NOPERM, "ab", false},
        {"a format",
         TEXT("\x4d"
              "%s%n%m"),
         0, false, true, EXIT_NOPERM, "%s%n%m", false},
        {"4 KB of text", long_text, sizeof long_text, 0, false, true, EXIT_NOPERM, "xxxx", false},
        {"as much as fits", longest, sizeof longest, 0, false, true, EXIT_NOPERM, "xxxx", false},
    };

    (void)state; /* cmocka's signature, here and below */
    memset(long_text, 'x', sizeof long_text);
    memset(longest, 'x', sizeof longest);
    long_text[0] = longest[0] = EXIT_NOPERM;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        server_start(LAB_HELPERD_SOCKET, &rows[i]);
        const struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
        server_end();
        assert_int_equal(result->exit_code, rows[i].code);
        assert_int_equal(result->fd_count, 0);
        assert_int_equal(result->byte_count, 0);
        assert_int_equal(result->stderr_write_count, 1);
        if (strncmp(result->stderr_text, "vmnet-helper: ", 14) != 0 ||
            strstr(result->stderr_text, rows[i].words) == NULL)
            fail_msg("no '%s' in: %s", rows[i].words, result->stderr_text);
        for (size_t j = 0; j + 1 < result->stderr_len; j++)
            assert_in_range((unsigned char)result->stderr_text[j], 0x20, 0x7e);
        assert_int_equal(result->stderr_text[result->stderr_len - 1], '\n');
    }
}

/* The first byte is the exit code: whatever the service sends, there is no success without a tap. */
static void test_answer_every_code_never_a_false_success(void **state)
{
    (void)state;
    for (int code = 0; code < 256; code++) {
        const char bytes[] = {(char)code, 'n', 'o'};
        const struct answer answer = {.bytes = bytes, .len = sizeof bytes, .reads_first = true};
        server_start(LAB_HELPERD_SOCKET, &answer);
        const struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
        server_end();
        assert_int_equal(result->exit_code, code == 0 ? EXIT_PROTOCOL : code);
        assert_int_equal(result->fd_count, 0);
    }
}

/* QEMU has asked for one. The client does not look at what it is; QEMU does. */
static void test_answer_several_descriptors_misunderstood(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 4; count++) {
        const struct answer answer = {.bytes = "\0", .len = 1, .fd_count = count, .reads_first = true};
        server_start(LAB_HELPERD_SOCKET, &answer);
        struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
        server_end();
        assert_int_equal(result->exit_code, count == 1 ? 0 : EXIT_PROTOCOL);
        assert_int_equal(result->fd_count, count == 1 ? 1 : 0);
        assert_int_equal(result->byte_count, result->fd_count);
        lab_result_release(result);
    }
}

/* The service has granted it, and this process cannot hold it: 0 to 2, QEMU's socket, the connection, and no more. */
static void test_answer_without_a_free_descriptor_refused(void **state)
{
    struct lab_limit limit = {.resource = RLIMIT_NOFILE};
    const struct answer answer = {.bytes = "\0", .len = 1, .fd_count = 1, .reads_first = true};

    (void)state;
    for (rlim_t most = 5; most <= 6; most++) {
        limit.value = (struct rlimit){.rlim_cur = most, .rlim_max = most};
        server_start(LAB_HELPERD_SOCKET, &answer);
        struct lab_result *result =
            helper_start(&(struct lab_start){.hook_as_root = lab_limit_set, .hook_data = &limit});
        server_end();
        assert_int_equal(result->fd_count, most - 5);
        if (most == 5)
            helper_assert_refused(result, EXIT_TEMPFAIL, "no room for its descriptors");
        else
            assert_int_equal(result->exit_code, 0);
        lab_result_release(result);
    }
}

/* The tap ends the answer: the client does not wait for more, not even for the end of the connection. */
static void test_answer_after_the_tap_not_awaited(void **state)
{
    const struct answer answer = {
        .bytes = TEXT("\0xyz"), .fd_count = 1, .is_split = true, .reads_first = true, .stays_open = true};

    (void)state;
    server_start(LAB_HELPERD_SOCKET, &answer);
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    server_end();
    assert_int_equal(result->exit_code, 0);
    assert_int_equal(result->fd_count, 1);
    assert_string_equal(result->stderr_text, "");
    lab_result_release(result);
}

static void test_turned_away_for_ever_try_again_after_a_while(void **state)
{
    const struct answer answer = {.bytes = "\x4b", .len = 1, .reads_first = true};
    const long long begun_ms = lab_now_ms();

    (void)state;
    server_start(LAB_HELPERD_SOCKET, &answer);
    const struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    server_end();
    helper_assert_refused(result, EXIT_TEMPFAIL, "too many requests");
    assert_in_range(lab_now_ms() - begun_ms, 4900, 60000);
}

/* It waits longer than the service lets any instance live. */
static void test_no_answer_at_all_try_again(void **state)
{
    const long long begun_ms = lab_now_ms();

    (void)state;
    server_start(LAB_HELPERD_SOCKET, NULL);
    const struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    server_end();
    helper_assert_refused(result, EXIT_TEMPFAIL, "does not answer");
    assert_in_range(lab_now_ms() - begun_ms, 29000, 120000);
}

static void place_clear(void)
{
    lab_command("rm -rf /run/vmnet /run/host && mkdir -p -m 755 /run/vmnet");
}

static void test_socket_missing_as_without_a_service(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "not setuid root");
    lab_command("rmdir /run/vmnet");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "vmnet-helper.socket");
    lab_text_write("/run/vmnet", "", 0, 0, 0644);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "not setuid root");
    place_clear();
}

static void test_socket_nobody_listens_unavailable(void **state)
{
    (void)state;
    close(listener_make(LAB_HELPERD_SOCKET));
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, LAB_HELPERD_SOCKET);
    lab_text_write(LAB_HELPERD_SOCKET, "", 0, 0, 0666);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, LAB_HELPERD_SOCKET);
}

/* Others are kept out by the mode of the socket or of its directory, and its group is not. */
static void test_socket_not_for_the_caller_refused(void **state)
{
    const struct answer answer = {.bytes = TEXT("\x45"
                                                "heard"),
                                  .reads_first = true};

    (void)state;
    server_start(LAB_HELPERD_SOCKET, &answer);
    lab_command("chgrp %d " LAB_HELPERD_SOCKET " && chmod 660 " LAB_HELPERD_SOCKET, VMGROUP);
    helper_assert_refused(helper_run(&lab_vmother, "--br=virbr0", NULL), EXIT_NOPERM, "you may not use the service");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, "heard");
    lab_command("chmod 666 " LAB_HELPERD_SOCKET " && chmod 700 /run/vmnet");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "you may not use the service");
    server_end();
}

/* In a toolbox or distrobox container; the first socket comes first. */
static void test_socket_of_the_host_asked_second(void **state)
{
    const struct answer answer = {.bytes = TEXT("\x45"
                                                "second"),
                                  .reads_first = true};

    (void)state;
    lab_command("mkdir -p /run/host/run/vmnet");
    server_start(OTHER_SOCKET, &answer);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, "second");
    close(listener_make(LAB_HELPERD_SOCKET));
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, "no service answers");
    server_end();
}

/* A mistake that the client can find itself does not reach the service. */
static void test_request_wrong_not_asked(void **state)
{
    static const char *const rows[][3] = {{"--br=virbr0", "--nosuch"}, {"--br="}, {"--br=a/b"}, {NULL}};
    const struct answer answer = {.bytes = TEXT("\x45"
                                                "asked"),
                                  .reads_first = true};

    (void)state;
    server_start(LAB_HELPERD_SOCKET, &answer);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        helper_assert_refused(helper_start(&(struct lab_start){.arguments = rows[i]}), EXIT_USAGE, "");
    helper_assert_refused(helper_start(&(struct lab_start){.fd_argument = "--fd=77"}), EXIT_USAGE, "77");
    server_end();
}

static int setup(void **state)
{
    place_clear();
    return helper_rules_reset(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_answer_of_each_kind, setup),
        cmocka_unit_test_setup(test_answer_every_code_never_a_false_success, setup),
        cmocka_unit_test_setup(test_answer_several_descriptors_misunderstood, setup),
        cmocka_unit_test_setup(test_answer_without_a_free_descriptor_refused, setup),
        cmocka_unit_test_setup(test_answer_after_the_tap_not_awaited, setup),
        cmocka_unit_test_setup(test_turned_away_for_ever_try_again_after_a_while, setup),
        cmocka_unit_test_setup(test_socket_missing_as_without_a_service, setup),
        cmocka_unit_test_setup(test_socket_nobody_listens_unavailable, setup),
        cmocka_unit_test_setup(test_socket_not_for_the_caller_refused, setup),
        cmocka_unit_test_setup(test_socket_of_the_host_asked_second, setup),
        cmocka_unit_test_setup(test_request_wrong_not_asked, setup),
    };
    const struct CMUnitTest slow[] = {
        cmocka_unit_test_setup(test_no_answer_at_all_try_again, setup),
    };

    if (argc == 2 && strcmp(argv[1], "slow") == 0)
        return cmocka_run_group_tests_name("client slow", slow, helperd_world_setup, NULL);
    return cmocka_run_group_tests_name("client", tests, helperd_world_setup, NULL);
}
