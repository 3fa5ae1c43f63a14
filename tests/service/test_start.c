/* SPDX-License-Identifier: MIT
 *
 * How vmnet-helperd is started: its command line, its privilege, what it gets from its parent, and the socket that it
 * makes.
 */
#define _GNU_SOURCE
#include "asker.h"
#include "helperd_test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPERD "/run/lab/vmnet-helperd"
#define PLACE   "/run/lab/place.sock"

static struct lab_result result; /* of the latest start */
static unsigned char request[ASKER_REQUEST_LEN];

static int world_setup(void **state)
{
    lab_program_install(lab_program_find("VMNET_SERVICE"), HELPERD, 0, 0, 0755);
    asker_request(request, "virbr0");
    return helperd_world_setup(state);
}

/* The socket becomes stdin, or as from inetd(8) stdout and stderr, too. */
static void stdin_give(int socket_number, void *hook_data)
{
    const int *last = hook_data;

    for (int fd = 0; fd <= *last; fd++)
        if (dup2(socket_number, fd) < 0)
            lab_die("dup2");
    close(socket_number);
}

static void serve_run(const char *program, const struct lab_caller *caller, int socket, int last)
{
    static const char *const arguments[] = {"--serve", NULL};

    lab_run(&(struct lab_start){.program = program,
                                .arguments = arguments,
                                .fd_argument = "",
                                .caller = caller,
                                .socket = socket,
                                .hook_as_root = stdin_give,
                                .hook_data = &last},
            &result);
}

static void assert_died(int code, const char *words)
{
    if (result.exit_code != code || strstr(result.stderr_text, words) == NULL)
        fail_msg("exit %d, not %d with '%s': %s", result.exit_code, code, words, result.stderr_text);
    assert_int_equal(result.stderr_write_count, 1);
    assert_int_equal(lab_tap_count(), 0);
}

static void test_command_line_other_usage(void **state)
{
    static const char *const rows[][5] = {
        {NULL},
        {""},
        {"serve"},
        {"--serve", ""},
        {"--serve", "--listen"},
        {"--listen", PLACE, "0660"},
        {"--listen", PLACE, "--mode"},
        {"--listen", PLACE, "--mode="},
        {"--listen", PLACE, "--mode=8"},
        {"--listen", PLACE, "--mode=0668"},
        {"--listen", PLACE, "--mode=1777"},
        {"--listen", PLACE, "--mode=00660"},
        {"--listen", PLACE, "--mode=-660"},
        {"--listen", PLACE, "--mode= 660"},
        {"--listen", PLACE, "--mode=660 "},
        {"--listen", PLACE, "--mode=u=rw"},
        {"--listen", PLACE, "--mode=660", "--mode=660"},
        {"--listen", "place.sock"},
        {"--listen", ""},
        {"--listen"},
        {"--version", "x"},
        {"--help"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  row %zu\n", i);
        lab_run(&(struct lab_start){.program = HELPERD, .arguments = rows[i], .fd_argument = "", .caller = &lab_root},
                &result);
        assert_died(EXIT_USAGE, "vmnet-helper");
        assert_int_equal(access(PLACE, F_OK), -1);
    }
}

static void test_version_printed(void **state)
{
    (void)state;
    lab_command(HELPERD " --version | grep -qx 'vmnet-helperd [0-9]*[.][0-9]*[.][0-9]*\\(~rc[0-9]*\\)\\{0,1\\}'");
    lab_command("! " HELPERD " --version >/dev/full");
}

static void listen_run(const char *program, const struct lab_caller *caller)
{
    static const char *const arguments[] = {"--listen", "/run/lab/home/place.sock", NULL};

    lab_run(&(struct lab_start){.program = program, .arguments = arguments, .fd_argument = "", .caller = caller},
            &result);
}

/* Given a socket that root has connected, a setuid program would take its caller for root. */
static void test_privilege_from_exec_or_none_refused(void **state)
{
    static const struct {
        const char *program, *words;
        gid_t gid;
        mode_t mode;
        const char *capabilities;
    } rows[] = {
        {"/run/lab/d-plain", "must be started as root", 0, 0755, NULL},
        {"/run/lab/d-setuid", "must not be setuid", 0, 04755, NULL},
        {"/run/lab/d-setgid", "must not be setuid", 0, 02755, NULL},
        {"/run/lab/d-both", "must not be setuid", VMGROUP, 06755, NULL},
        {"/run/lab/d-fscaps", "must not be setuid", 0, 0755, "cap_net_admin,cap_setuid,cap_setgid,cap_kill=ep"},
    };
    const struct lab_caller caller = {.uid = 4243, .gid = 4243};
    struct asker_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asker asker;
        print_message("  %s\n", rows[i].program);
        lab_program_install(HELPERD, rows[i].program, 0, rows[i].gid, rows[i].mode);
        if (rows[i].capabilities != NULL)
            lab_command("setcap %s %s", rows[i].capabilities, rows[i].program);
        const int fd = asker_connect_to_test(&(struct asker_plan){.caller = &lab_root}, &asker);
        asker_send(&asker, request, sizeof request);
        serve_run(rows[i].program, &caller, fd, 0);
        close(fd);
        asker_receive(&asker, &answer);
        asker_end(&asker);
        assert_int_equal(result.exit_code, EXIT_NOPERM);
        asker_assert_refused(&answer, EXIT_NOPERM, rows[i].words);
        listen_run(rows[i].program, &caller);
        assert_died(EXIT_NOPERM, rows[i].words);
        assert_int_equal(access("/run/lab/home/place.sock", F_OK), -1);
    }
}

/* As root starts it with Accept=yes, s6-ipcserver or inetd. */
static void test_serve_connection_of_a_caller_granted(void **state)
{
    struct asker_answer answer;

    (void)state;
    for (int last = 0; last <= 2; last++) {
        struct asker asker;
        const int fd = asker_connect_to_test(&(struct asker_plan){.caller = &lab_vmuser}, &asker);
        asker_send(&asker, request, sizeof request);
        serve_run(HELPERD, &lab_root, fd, last);
        close(fd);
        asker_receive(&asker, &answer);
        assert_int_equal(result.exit_code, 0);
        assert_string_equal(result.stderr_text, "");
        assert_non_null(strstr(asker_assert_granted(&answer), "uid=4242"));
        asker_end(&asker);
    }
}

/* The peer of a socket pair is who made it. */
static void test_serve_socket_pair_is_its_makers(void **state)
{
    int pair[2];
    struct asker asker = {.pid = 0};
    struct asker_answer answer;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    asker.fd = pair[0];
    asker_send(&asker, request, sizeof request);
    serve_run(HELPERD, &lab_root, pair[1], 0);
    close(pair[1]);
    asker_receive(&asker, &answer);
    asker_end(&asker);
    assert_non_null(strstr(asker_assert_granted(&answer), "uid=0"));
}

static int listener_make(int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) != 0 ||
        (type != SOCK_DGRAM && listen(fd, 1) != 0))
        lab_die("listener");
    return fd;
}

static int pair_make(int type)
{
    int pair[2];

    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0)
        lab_die("socketpair");
    return pair[0]; /* its peer stays open: a handful of them */
}

static void test_serve_descriptor_0_wrong_usage(void **state)
{
    const int fds[] = {
        open("/dev/null", O_RDWR | O_CLOEXEC),
        open("/dev/net/tun", O_RDWR | O_CLOEXEC),
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        pair_make(SOCK_DGRAM),
        pair_make(SOCK_SEQPACKET),
        listener_make(SOCK_STREAM),
        listener_make(SOCK_DGRAM),
    };

    (void)state;
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        assert_true(fds[i] > 2);
        print_message("  descriptor %zu\n", i);
        serve_run(HELPERD, &lab_root, fds[i], 0);
        assert_died(EXIT_USAGE, "descriptor 0 is not a connection");
        close(fds[i]);
    }
}

/* ---- the socket that it makes ---- */

static pid_t listen_start(const char *path, const char *mode)
{
    const pid_t pid = fork();

    if (pid == 0) {
        execl(HELPERD, HELPERD, "--listen", path, mode, (char *)NULL);
        lab_die(HELPERD);
    }
    if (pid < 0)
        lab_die("fork");
    return pid;
}

static bool is_connectable(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const bool is_connected = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return is_connected;
}

static void listening_await(const char *path)
{
    const long long end_ms = lab_now_ms() + 60000;

    while (!is_connectable(path)) {
        assert_true(lab_now_ms() < end_ms);
        usleep(2000);
    }
}

static void test_socket_mode_and_group_and_removed_at_the_end(void **state)
{
    static const struct {
        const char *option;
        mode_t mode;
    } rows[] = {{NULL, 0666}, {"--mode=0660", 0660}, {"--mode=600", 0600}, {"--mode=0777", 0777}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stat file;
        const mode_t mask = umask(077); /* of its parent: does not count */
        const pid_t pid = listen_start(PLACE, rows[i].option);
        umask(mask);
        listening_await(PLACE);
        assert_int_equal(stat(PLACE, &file), 0);
        assert_int_equal(lab_helperd_end(pid), 0);
        assert_int_equal(file.st_mode, S_IFSOCK | rows[i].mode);
        assert_int_equal(file.st_uid, 0);
        assert_int_equal(file.st_gid, 0);
        assert_int_equal(access(PLACE, F_OK), -1);
    }
}

static void test_socket_stale_replaced(void **state)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PLACE};

    (void)state;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    const pid_t pid = listen_start(PLACE, NULL);
    listening_await(PLACE);
    assert_int_equal(lab_helperd_end(pid), 0);
}

static void place_run(const char *path)
{
    const char *const arguments[] = {"--listen", path, NULL};

    lab_run(&(struct lab_start){.program = HELPERD, .arguments = arguments, .fd_argument = "", .caller = &lab_root},
            &result);
}

/* It removes only sockets, and none at which a process listens. */
static void test_socket_place_taken_left_alone(void **state)
{
    static char longest[120];

    (void)state;
    lab_text_write(PLACE, "mine", 0, 0, 0644);
    place_run(PLACE);
    assert_died(73, "is not a socket");
    lab_command("[ \"$(cat " PLACE ")\" = mine ] && rm " PLACE " && ln -s /etc/passwd " PLACE);
    place_run(PLACE);
    assert_died(73, "is not a socket");
    lab_command("[ -L " PLACE " ] && rm " PLACE);

    const pid_t pid = listen_start(PLACE, NULL);
    listening_await(PLACE);
    place_run(PLACE);
    assert_died(EXIT_TEMPFAIL, "another process listens");
    assert_true(is_connectable(PLACE));
    assert_int_equal(lab_helperd_end(pid), 0);

    place_run("/run/lab/absent/place.sock");
    assert_died(73, "its directory must exist");
    memset(longest, 'x', sizeof longest - 1);
    longest[0] = '/';
    place_run(longest);
    assert_died(EXIT_USAGE, "at most 107 bytes");
}

/* ---- the socket that systemd passes ---- */

struct passed {
    const char *count; /* LISTEN_FDS */
    int pid_offset;
};

/* Executes it itself: LISTEN_PID is known only here. Descriptor 3 is the socket already. */
static void passed_exec(int socket_number, void *hook_data)
{
    const struct passed *passed = hook_data;
    char pid[16];

    if (socket_number != 3)
        lab_die("socket_number");
    snprintf(pid, sizeof pid, "%d", (int)getpid() + passed->pid_offset);
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", passed->count, 1);
    execl(HELPERD, HELPERD, "--listen", (char *)NULL);
    lab_die(HELPERD);
}

static struct lab_start passed_start(struct passed *passed, int socket)
{
    return (struct lab_start){.program = HELPERD,
                              .fd_argument = "",
                              .caller = &lab_root,
                              .socket = socket,
                              .hook_as_caller = passed_exec,
                              .hook_data = passed};
}

static void test_passed_socket_wrong_usage(void **state)
{
    struct passed rows[] = {{"1", 1}, {"0", 0}, {"2", 0}, {"", 0}, {"-1", 0}, {"1 ", 0}};
    struct passed right = {"1", 0};
    const int fds[] = {open("/dev/null", O_RDWR | O_CLOEXEC), pair_make(SOCK_STREAM), listener_make(SOCK_DGRAM),
                       listener_make(SOCK_SEQPACKET)};
    const int listener = listener_make(SOCK_STREAM);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct lab_start start = passed_start(&rows[i], listener);
        print_message("  LISTEN_FDS=%s\n", rows[i].count);
        lab_run(&start, &result);
        assert_died(EXIT_USAGE, "systemd");
    }
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        const struct lab_start start = passed_start(&right, fds[i]);
        print_message("  descriptor %zu\n", i);
        lab_run(&start, &result);
        assert_died(EXIT_USAGE, "one listening AF_UNIX stream socket");
        close(fds[i]);
    }
    close(listener);
}

static int systemd_listener_make(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = LAB_HELPERD_SOCKET};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    lab_command("mkdir -p /run/vmnet");
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, 0666) != 0 || listen(fd, 8) != 0)
        lab_die(address.sun_path);
    return fd;
}

static void test_passed_socket_served(void **state)
{
    struct passed right = {"1", 0};
    const int listener = systemd_listener_make();
    const struct lab_start start = passed_start(&right, listener);
    struct lab_child child;

    (void)state;
    lab_spawn(&start, &child);
    for (int i = 0; i < 3; i++)
        helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    lab_collect(&child, &result);
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(unlink(LAB_HELPERD_SOCKET), 0); /* it is systemd's, and so it is still there */
    close(listener);
}

/* systemd keeps the socket, and starts it again. */
static void test_passed_socket_idle_ends(void **state)
{
    struct passed right = {"1", 0};
    const int listener = systemd_listener_make();
    const struct lab_start start = passed_start(&right, listener);
    struct lab_child child;

    (void)state;
    for (int i = 0; i < 2; i++) {
        lab_spawn(&start, &child);
        const long long asked_ms = lab_now_ms();
        helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
        lab_collect(&child, &result);
        assert_int_equal(result.exit_code, 0);
        assert_in_range(lab_now_ms() - asked_ms, 29000, 120000);
    }
    assert_int_equal(unlink(LAB_HELPERD_SOCKET), 0);
    close(listener);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_command_line_other_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_version_printed, helper_rules_reset),
        cmocka_unit_test_setup(test_privilege_from_exec_or_none_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_serve_connection_of_a_caller_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_serve_socket_pair_is_its_makers, helper_rules_reset),
        cmocka_unit_test_setup(test_serve_descriptor_0_wrong_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_socket_mode_and_group_and_removed_at_the_end, helper_rules_reset),
        cmocka_unit_test_setup(test_socket_stale_replaced, helper_rules_reset),
        cmocka_unit_test_setup(test_socket_place_taken_left_alone, helper_rules_reset),
        cmocka_unit_test_setup(test_passed_socket_wrong_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_passed_socket_served, helper_rules_reset),
    };

    const struct CMUnitTest slow[] = {
        cmocka_unit_test_setup(test_passed_socket_idle_ends, helper_rules_reset),
    };

    if (argc == 2 && strcmp(argv[1], "slow") == 0)
        return cmocka_run_group_tests_name("start slow", slow, world_setup, NULL);
    return cmocka_run_group_tests_name("start", tests, world_setup, NULL);
}
