/* SPDX-License-Identifier: MIT */
/* Phase 5: reading the arguments, and looking at the descriptor that the tap goes to. Each case in a child. */
#include "child.h"
#include "handover.h"
#include "process.h"
#include "request.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

#define ARGUMENTS_MAX 8
#define SOCKET_FD     20 /* connected */
#define TUN_FD        21
#define OTHER_FD      22

/* Put a descriptor where the arguments name it. */
static void place(int fd, int wanted)
{
    CHILD_CHECK(fd >= 0 && dup2(fd, wanted) == wanted && close(fd) == 0);
}

/* Read the request, and print it to stderr. */
static int read_and_print(const char *const arguments[])
{
    char *argv[ARGUMENTS_MAX + 2] = {(char[]){"vmnet-helper"}};
    struct request request;
    int argc = 1;

    for (; arguments[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)arguments[argc - 1]; /* only read */
    request_read(&request, argc, argv);
    handover_require_socket(request.fd, TUN_FD);
    process_close_all_but(request.fd, TUN_FD);
    (void)dprintf(STDERR_FILENO, "%s %d %d %u", request.bridge, request.fd, request.use_vnet, request.queues);
    return 0;
}

static int read_with_socket(const void *arguments)
{
    int pair[2];

    CHILD_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    place(pair[0], SOCKET_FD);
    place(open("/dev/null", O_RDWR), TUN_FD);
    place(open("/dev/null", O_RDWR), OTHER_FD);
    return read_and_print(arguments);
}

static void test_request_read_arguments_accepted(void **state)
{
    static const struct {
        const char *name;
        const char *input[ARGUMENTS_MAX];
        const char *want;
    } rows[] = {
        {"QEMU", {"--use-vnet", "--fd=20", "--br=virbr0"}, "virbr0 20 1 1"},
        {"libvirt", {"--use-vnet", "--br=virbr0", "--fd=20"}, "virbr0 20 1 1"},
        {"libvirt without vnet", {"--br=virbr0", "--fd=20"}, "virbr0 20 0 1"},
        {"shell of QEMU", {"--br=virbr0", "--use-vnet", "--fd=20"}, "virbr0 20 1 1"},
        {"repeated", {"--use-vnet", "--fd=20", "--br=a", "--use-vnet", "--br=b"}, "b 20 1 1"},
        {"the last descriptor counts", {"--fd=99", "--br=a", "--fd=20"}, "a 20 0 1"},
        {"leading zeros", {"--fd=00000000000000020", "--br=a"}, "a 20 0 1"},
        {"longest name", {"--fd=20", "--br=123456789012345"}, "123456789012345 20 0 1"},
        {"name like an option", {"--fd=20", "--br=--fd=3"}, "--fd=3 20 0 1"},
        {"name is all", {"--fd=20", "--br=all"}, "all 20 0 1"},
        {"queues", {"--fd=20", "--queues=4", "--br=a"}, "a 20 0 4"},
        {"queues: one", {"--queues=1", "--fd=20", "--br=a"}, "a 20 0 1"},
        {"queues: most", {"--fd=20", "--br=a", "--queues=16"}, "a 20 0 16"},
        {"queues: leading zeros", {"--fd=20", "--br=a", "--queues=000000000002"}, "a 20 0 2"},
        {"queues: the last number counts", {"--queues=16", "--fd=20", "--br=a", "--queues=1"}, "a 20 0 1"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        child_run(read_with_socket, rows[i].input, &result);
        if (result.exit_code != 0 || strcmp(result.stderr_text, rows[i].want) != 0)
            fail_msg("%s: %d, '%s'", rows[i].name, result.exit_code, result.stderr_text);
    }
}

static void test_request_read_arguments_refused(void **state)
{
    static const struct {
        const char *name;
        const char *input[ARGUMENTS_MAX];
        const char *want;
    } rows[] = {
        {"nothing", {NULL}, "no bridge given"},
        {"no bridge", {"--fd=20"}, "no bridge given"},
        {"no descriptor", {"--br=br0"}, "no descriptor given"},
        {"empty argument", {"--fd=20", "--br=br0", ""}, "unknown argument ''"},
        {"unknown option", {"--fd=20", "--br=br0", "--help"}, "unknown argument '--help'"},
        {"value apart", {"--fd=20", "--br", "br0"}, "unknown argument '--br'"},
        {"one dash", {"-fd=20", "--br=br0"}, "unknown argument '-fd=20'"},
        {"vnet with a value", {"--fd=20", "--br=br0", "--use-vnet=1"}, "unknown argument '--use-vnet=1'"},
        {"vnet's beginning", {"--fd=20", "--br=br0", "--use"}, "unknown argument '--use'"},
        {"capital", {"--FD=20", "--br=br0"}, "unknown argument '--FD=20'"},
        {"argument of a terminal's", {"\033[2J"}, "unknown argument '\\x1b[2J'"},
        {"bridge: empty", {"--fd=20", "--br="}, "bad bridge name ''"},
        {"bridge: one byte too long", {"--fd=20", "--br=1234567890123456"}, "bad bridge name '1234567890123456'"},
        {"bridge: slash", {"--fd=20", "--br=../br0"}, "bad bridge name '../br0'"},
        {"bridge: dots", {"--fd=20", "--br=.."}, "bad bridge name '..'"},
        {"bridge: pattern", {"--fd=20", "--br=br%d"}, "bad bridge name 'br%d'"},
        {"bridge: alias", {"--fd=20", "--br=br0:1"}, "bad bridge name 'br0:1'"},
        {"bridge: blank", {"--fd=20", "--br=br0 "}, "bad bridge name 'br0 '"},
        {"bridge: newline", {"--fd=20", "--br=br0\n"}, "bad bridge name 'br0\\x0a'"},
        {"bridge: a good one after does not help", {"--fd=20", "--br=/", "--br=br0"}, "bad bridge name '/'"},
        {"descriptor: empty", {"--fd=", "--br=br0"}, "bad descriptor ''"},
        {"descriptor: sign", {"--fd=+20", "--br=br0"}, "bad descriptor '+20'"},
        {"descriptor: negative", {"--fd=-1", "--br=br0"}, "bad descriptor '-1'"},
        {"descriptor: blank before", {"--fd= 20", "--br=br0"}, "bad descriptor ' 20'"},
        {"descriptor: blank after it", {"--fd=20 ", "--br=br0"}, "bad descriptor '20 '"},
        {"descriptor: hexadecimal", {"--fd=0x14", "--br=br0"}, "bad descriptor '0x14'"},
        {"descriptor: letters", {"--fd=20a", "--br=br0"}, "bad descriptor '20a'"},
        {"descriptor: 2^32 + 20", {"--fd=4294967316", "--br=br0"}, "bad descriptor '4294967316'"},
        {"descriptor: 2^64 + 20", {"--fd=18446744073709551636", "--br=br0"}, "bad descriptor '18446744073709551636'"},
        {"descriptor: 2^31", {"--fd=2147483648", "--br=br0"}, "bad descriptor '2147483648'"},
        {"descriptor: 0", {"--fd=0", "--br=br0"}, "bad descriptor 0"},
        {"descriptor: 2", {"--fd=2", "--br=br0"}, "bad descriptor 2"},
        {"descriptor: not open", {"--fd=99", "--br=br0"}, "descriptor 99 is not a socket: Bad file descriptor"},
        {"descriptor: ours", {"--fd=21", "--br=br0"}, "descriptor 21 is not open"},
        {"queues: none", {"--fd=20", "--br=br0", "--queues=0"}, "bad number of queues '0'"},
        {"queues: one too many", {"--fd=20", "--br=br0", "--queues=17"}, "bad number of queues '17'"},
        {"queues: empty", {"--fd=20", "--br=br0", "--queues="}, "bad number of queues ''"},
        {"queues: sign", {"--fd=20", "--br=br0", "--queues=+4"}, "bad number of queues '+4'"},
        {"queues: negative", {"--fd=20", "--br=br0", "--queues=-1"}, "bad number of queues '-1'"},
        {"queues: blank before", {"--fd=20", "--br=br0", "--queues= 4"}, "bad number of queues ' 4'"},
        {"queues: blank after it", {"--fd=20", "--br=br0", "--queues=4 "}, "bad number of queues '4 '"},
        {"queues: hexadecimal", {"--fd=20", "--br=br0", "--queues=0x4"}, "bad number of queues '0x4'"},
        {"queues: letters", {"--fd=20", "--br=br0", "--queues=4a"}, "bad number of queues '4a'"},
        {"queues: 2^32 + 4", {"--fd=20", "--br=br0", "--queues=4294967300"}, "bad number of queues '4294967300'"},
        {"queues: value apart", {"--fd=20", "--br=br0", "--queues", "4"}, "unknown argument '--queues'"},
        {"queues: a good number after does not help", {"--fd=20", "--queues=0", "--queues=4"}, "number of queues '0'"},
        {"descriptor: a good one before does not help", {"--fd=20", "--br=br0", "--fd=99"}, "descriptor 99"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(read_with_socket, rows[i].input, &result);
        child_assert_died(&result, EX_USAGE, rows[i].want);
    }
}

static void test_request_read_long_argument_cut_in_message(void **state)
{
    char argument[4096];
    const char *const arguments[] = {argument, NULL};
    struct child_result result;

    (void)state;
    memset(argument, 'x', sizeof argument - 1);
    argument[sizeof argument - 1] = '\0';
    child_run(read_with_socket, arguments, &result);
    child_assert_died(&result, EX_USAGE, "unknown argument 'xxx");
    assert_true(result.stderr_len < 256);
}

static int make_pair(int type)
{
    int pair[2];

    CHILD_CHECK(socketpair(AF_UNIX, type, 0, pair) == 0);
    return pair[0];
}

static int make_stream(void)
{
    return make_pair(SOCK_STREAM);
}

static int make_datagram(void)
{
    return make_pair(SOCK_DGRAM);
}

static int make_packet(void)
{
    return make_pair(SOCK_SEQPACKET);
}

static int make_internet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int make_unconnected(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int make_listening(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    /* Bound to no name, a socket gets an abstract one of the kernel's choice: unix(7). */
    CHILD_CHECK(bind(fd, (const struct sockaddr *)&address, sizeof address.sun_family) == 0 && listen(fd, 1) == 0);
    return fd;
}

static int make_pipe(void)
{
    int pair[2];

    CHILD_CHECK(pipe(pair) == 0);
    return pair[1];
}

static int make_file(void)
{
    return open("/proc/self/exe", O_RDONLY);
}

static int make_path(void)
{
    return open("/", O_PATH);
}

struct socket_row {
    const char *name;
    int (*input)(void);
    const char *want; /* NULL: accepted */
    int error;
};

static int read_with_descriptor(const void *argument)
{
    const struct socket_row *row = argument;
    const char *const arguments[] = {"--fd=20", "--br=br0", NULL};

    place(row->input(), SOCKET_FD);
    place(open("/dev/null", O_RDWR), TUN_FD);
    return read_and_print(arguments);
}

static void test_handover_require_socket_descriptor_kinds_checked(void **state)
{
    static const struct socket_row rows[] = {
        {"stream", make_stream, NULL, 0},
        {"datagram", make_datagram, "not an AF_UNIX stream socket", 0},
        {"packet", make_packet, "not an AF_UNIX stream socket", 0},
        {"internet", make_internet, "not an AF_UNIX stream socket", 0},
        {"unconnected", make_unconnected, "not connected: %m", ENOTCONN},
        {"listening", make_listening, "not connected", 0},
        {"pipe", make_pipe, "not a socket: %m", ENOTSOCK},
        {"file", make_file, "not a socket: %m", ENOTSOCK},
        {"path", make_path, "not a socket: %m", EBADF},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(read_with_descriptor, &rows[i], &result);
        if (rows[i].want == NULL)
            child_assert_exit(&result, 0, "br0 20 0 1");
        else
            child_assert_died_of(&result, EX_USAGE, rows[i].want, rows[i].error);
    }
}

static int check_descriptors(const void *unused)
{
    const char *const arguments[] = {"--fd=20", "--br=br0", NULL};
    int code;

    (void)unused;
    code = read_with_socket(arguments);
    CHILD_CHECK(code == 0);
    CHILD_CHECK(fcntl(STDERR_FILENO, F_GETFD) >= 0 && fcntl(SOCKET_FD, F_GETFD) >= 0 && fcntl(TUN_FD, F_GETFD) >= 0);
    for (int fd = 3; fd < 1024; fd++)
        CHILD_CHECK(fd == SOCKET_FD || fd == TUN_FD || (fcntl(fd, F_GETFD) < 0 && errno == EBADF));
    return 0;
}

static void test_process_close_all_but_other_descriptors_closed(void **state)
{
    struct child_result result;

    (void)state;
    child_run(check_descriptors, NULL, &result);
    child_assert_exit(&result, 0, "br0 20 0 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_read_arguments_accepted),
        cmocka_unit_test(test_request_read_arguments_refused),
        cmocka_unit_test(test_request_read_long_argument_cut_in_message),
        cmocka_unit_test(test_handover_require_socket_descriptor_kinds_checked),
        cmocka_unit_test(test_process_close_all_but_other_descriptors_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
