/* SPDX-License-Identifier: MIT
 *
 * The command line: every order that QEMU and libvirt use, repeats, and everything that is not a request.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ARGUMENTS = 6
};

static void test_arguments_any_order_granted(void **state)
{
    static const struct {
        const char *name;
        const char *arguments[ARGUMENTS];
    } rows[] = {
        {"QEMU", {"--use-vnet", "--fd={fd}", "--br=virbr0"}},
        {"QEMU without vnet", {"--fd={fd}", "--br=virbr0"}},
        {"libvirt", {"--use-vnet", "--br=virbr0", "--fd={fd}"}},
        {"libvirt without vnet", {"--br=virbr0", "--fd={fd}"}},
        {"sh -c of QEMU", {"--br=virbr0", "--use-vnet", "--fd={fd}"}},
        {"vnet in the middle", {"--br=virbr0", "--use-vnet", "--fd={fd}"}},
        {"vnet last", {"--fd={fd}", "--br=virbr0", "--use-vnet"}},
        {"vnet twice", {"--use-vnet", "--br=virbr0", "--use-vnet", "--fd={fd}"}},
        {"the last bridge wins", {"--br=br0", "--br=nosuch", "--fd={fd}", "--br=virbr0"}},
        {"the last fd wins", {"--fd=99", "--br=virbr0", "--fd={fd}"}},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        helper_assert_granted(helper_start(&(struct lab_start){.arguments = rows[i].arguments, .fd_argument = ""}),
                              "virbr0");
    }
}

static void test_arguments_last_bridge_denied_refused(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", "--br=br0", NULL), EXIT_NOPERM, "'br0'");
}

static void test_arguments_incomplete_or_unknown_usage(void **state)
{
    static const char *const rows[][ARGUMENTS] = {
        {NULL},
        {"--fd={fd}"},
        {"--br=virbr0"},
        {"--use-vnet"},
        {"--fd={fd}", "--br"},
        {"--br=virbr0", "--fd"},
        {"--fd={fd}", "--br=virbr0", "--nosuch"},
        {"--fd={fd}", "--br=virbr0", "--use-vnet=1"},
        {"--fd={fd}", "--br=virbr0", "--br-extra=1"},
        {"--fd={fd}", "--br=virbr0", "extra"},
        {"--fd={fd}", "--br=virbr0", "-x"},
        {"--fd={fd}", "--br=virbr0", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  row %zu\n", i);
        helper_assert_refused(helper_start(&(struct lab_start){.arguments = rows[i], .fd_argument = ""}), EXIT_USAGE,
                              "");
    }
}

/* "allow all" makes sure that it is the name which is refused, not the bridge. */
/* Needs no socket; it ends before anything is asked for. */
static void test_version_printed(void **state)
{
    (void)state;
    lab_command("setpriv --reuid 4242 --regid 4242 --clear-groups " HELPER_SETUID " --version | "
                "grep -qx 'vmnet-helper [0-9]*[.][0-9]*[.][0-9]*\\(~rc[0-9]*\\)\\{0,1\\}'");
    lab_command("! setpriv --reuid 4242 --regid 4242 --clear-groups " HELPER_SETUID " --version >/dev/full");
}

static void test_bridge_name_invalid_usage(void **state)
{
    static const char *const names[] = {
        "",
        ".",
        "..",
        "abcdefghijklmnop",
        "a/b",
        "/",
        "../virbr0",
        "virbr%d",
        "%",
        "a b",
        " virbr0",
        "virbr0 ",
        "a\tb",
        "virbr0\n",
        "a\x01"
        "b",
        "\x1b[31m",
        "virbr0\x7f",
        "a\xa0"
        "b",
        "virbr0:1",
        "virbr0\r",
        "a\vb",
        "virbr0\f",
        "virbr0virbr0virbr0virbr0virbr0virbr0",
    };

    (void)state;
    helper_rules_write("allow all\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char argument[64];
        snprintf(argument, sizeof argument, "--br=%s", names[i]);
        print_message("  name %zu\n", i);
        helper_assert_refused(helper_run(&lab_vmuser, argument, NULL), EXIT_USAGE, "");
    }
}

static void test_bridge_name_longest_granted(void **state)
{
    (void)state;
    lab_command("ip link add abcdefghijklmno type bridge && ip link set abcdefghijklmno up");
    helper_rules_write("allow abcdefghijklmno\n");
    struct lab_result *result = helper_run(&lab_vmuser, "--br=abcdefghijklmno", NULL);
    helper_assert_granted(result, "abcdefghijklmno");
    helper_release(result);
    lab_command("ip link delete abcdefghijklmno");
}

/* A name is never cut to fit: the first 15 bytes of this one are a bridge that everybody may use. */
static void test_bridge_name_too_long_not_truncated(void **state)
{
    (void)state;
    lab_command("ip link add abcdefghijklmno type bridge");
    helper_rules_write("allow abcdefghijklmno\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=abcdefghijklmnop", NULL), EXIT_USAGE, "");
    lab_command("ip link delete abcdefghijklmno");
}

static void test_fd_not_a_number_usage(void **state)
{
    static const char *const rows[] = {
        "--fd=",
        "--fd=x",
        "--fd=+{fd}",
        "--fd= {fd}",
        "--fd={fd} ",
        "--fd=0x{fd}",
        "--fd=-1",
        "--fd=-{fd}",
        "--fd={fd}x",
        "--fd={fd}.0",
        "--fd=\t{fd}",
        "--fd=99999999999999999999999",
        "--fd={fd}\n",
        /* 3 after being cut to 32 bits, and to 64 */
        "--fd=4294967299",
        "--fd=18446744073709551619",
        "--fd=-4294967293",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i]);
        helper_assert_refused(helper_start(&(struct lab_start){.fd_argument = rows[i]}), EXIT_USAGE, "");
    }
}

/* 0 to 2 are the caller's stdin, stdout and stderr, whatever they are: here stderr is even a socket. */
static void test_fd_standard_stream_usage(void **state)
{
    static const char *const rows[] = {"--fd=0", "--fd=1", "--fd=2"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        helper_assert_refused(helper_start(&(struct lab_start){.fd_argument = rows[i]}), EXIT_USAGE, "");
}

static void test_fd_closed_usage(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.fd_argument = "--fd=77"}), EXIT_USAGE, "77");
    helper_assert_refused(helper_start(&(struct lab_start){.fd_argument = "--fd=2147483647"}), EXIT_USAGE, "");
}

static int inet_stream_connected(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_len = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &address_len) != 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        lab_die("loopback connection");
    close(listener);
    return fd;
}

static int unix_listening(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) != 0 || listen(fd, 1) != 0)
        lab_die("listening socket");
    return fd;
}

static int unix_pair(int type)
{
    int pair[2];

    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0)
        lab_die("socketpair");
    return pair[0]; /* its peer stays open: this program makes a handful of them */
}

/* The rules are broken on purpose: a socket that is no good is found before anything else is looked at, and so before
 * any tap exists. */
static void test_fd_wrong_socket_usage_before_rules_are_read(void **state)
{
    const int fds[] = {
        open("/dev/null", O_RDWR | O_CLOEXEC),
        open("/dev/net/tun", O_RDWR | O_CLOEXEC),
        inet_stream_connected(),
        unix_pair(SOCK_DGRAM),
        unix_pair(SOCK_SEQPACKET),
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
        unix_listening(),
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0),
    };

    (void)state;
    helper_rules_write("nonsense\n");
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        assert_true(fds[i] > 2);
        print_message("  descriptor %zu\n", i);
        helper_assert_refused(helper_start(&(struct lab_start){.socket = fds[i]}), EXIT_USAGE, "");
        close(fds[i]);
    }
}

static void test_fd_any_number_granted(void **state)
{
    static const int numbers[] = {3, 4, 5, 7, 8, 42, 255, 499};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        helper_assert_granted(helper_start(&(struct lab_start){.socket_number = numbers[i]}), "virbr0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_arguments_any_order_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_arguments_last_bridge_denied_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_arguments_incomplete_or_unknown_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_version_printed, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_name_invalid_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_name_longest_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_name_too_long_not_truncated, helper_rules_reset),
        cmocka_unit_test_setup(test_fd_not_a_number_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_fd_standard_stream_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_fd_closed_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_fd_wrong_socket_usage_before_rules_are_read, helper_rules_reset),
        cmocka_unit_test_setup(test_fd_any_number_granted, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("request", tests, helper_world_setup, NULL);
}
