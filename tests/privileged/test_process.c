/* SPDX-License-Identifier: MIT
 *
 * What a caller may have prepared before exec: descriptors, environment, working directory, mask, arguments.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *const denied[] = {"--br=br0", NULL};

static void standard_streams_close(int socket_number, void *hook_data)
{
    const unsigned which = *(const unsigned *)hook_data;

    (void)socket_number; /* not at stake */
    for (int fd = 0; fd <= 2; fd++)
        if (which & 1U << fd)
            close(fd);
}

/* Else the tap, or a rule file, would be what a library takes for stderr. */
static void test_standard_streams_closed_granted_and_refused(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    for (unsigned which = 1; which < 8; which++) {
        struct lab_start start = {.hook_as_caller = standard_streams_close, .hook_data = &which};
        print_message("  closed: %u\n", which);
        helper_assert_granted(helper_start(&start), "virbr0");
        start.arguments = denied;
        const struct lab_result *result = helper_start(&start);
        assert_int_equal(result->exit_code, EXIT_NOPERM);
        assert_int_equal(result->fd_count, 0);
        if ((which & 4) == 0)
            helper_assert_refused(result, EXIT_NOPERM, "access denied by acl file");
    }
}

static void descriptors_leak(int socket_number, void *hook_data)
{
    (void)hook_data; /* not needed */
    const int fd = open("/etc/passwd", O_RDONLY);
    for (int number = socket_number + 1; number < socket_number + 40; number++)
        if (dup2(fd, number) < 0)
            lab_die("dup2");
    if (dup2(fd, 450) < 0 || dup2(1, 451) < 0)
        lab_die("dup2");
}

struct fds {
    int numbers[WITNESS_FD_MAX];
    size_t count;
    char cwd[64];
    bool core_limit_zero;
    unsigned null_streams; /* bit i: descriptor i is /dev/null or /dev/full */
};

/* Not prlimit(2): it asks for CAP_SYS_RESOURCE, which root of a container may lack. */
static bool core_limit_is_zero(const char *path)
{
    static const char key[] = "Max core file size";
    FILE *file = fopen(path, "re");
    char line[256];
    unsigned long long soft = 1, hard = 1;

    if (file == NULL)
        lab_die(path);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%llu %llu", &soft, &hard) != 2)
            soft = 1; /* "unlimited" */
    fclose(file);
    return soft == 0 && hard == 0;
}

static enum lab_action plug_look(const struct lab_stop *stop, void *visit_data)
{
    struct fds *fds = visit_data;
    char path[64];

    if (!stop->at_entry || stop->number != SYS_ioctl || stop->args[1] != TUNSETIFF)
        return LAB_GO;
    fds->count = witness_fds_read(stop->pid, fds->numbers);
    snprintf(path, sizeof path, "/proc/%d/cwd", stop->pid);
    if (readlink(path, fds->cwd, sizeof fds->cwd - 1) < 0)
        lab_die(path);
    for (unsigned i = 0; i <= 2; i++) {
        struct stat about;
        snprintf(path, sizeof path, "/proc/%d/fd/%u", stop->pid, i);
        if (stat(path, &about) == 0 && S_ISCHR(about.st_mode) &&
            (about.st_rdev == makedev(1, 3) || about.st_rdev == makedev(1, 7)))
            fds->null_streams |= 1U << i;
    }
    snprintf(path, sizeof path, "/proc/%d/limits", stop->pid);
    fds->core_limit_zero = core_limit_is_zero(path);
    return LAB_GO;
}

static struct fds plug_seen(const struct lab_start *partial)
{
    struct fds fds = {.count = 0};
    const struct lab_plan plan = {.visit = plug_look, .visit_data = &fds};

    helper_assert_granted(helper_trace(partial, &plan), "virbr0");
    return fds;
}

/* In a program with privilege glibc has done it already (with /dev/full for stdin); root's start shows our own hand. */
static void test_standard_streams_closed_become_null(void **state)
{
    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (unsigned which = 1; which < 8; which++) {
        struct lab_start start = {.hook_as_caller = standard_streams_close, .hook_data = &which};
        assert_int_equal(plug_seen(&start).null_streams & which, which);
        start.program = HELPER_PLAIN;
        start.caller = &lab_root;
        assert_int_equal(plug_seen(&start).null_streams & which, which);
    }
}

/* At the plug there are 0 to 2, the socket and the tun device; maybe one for netlink and one for the log. */
static void test_descriptors_leaked_closed(void **state)
{
    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    const struct fds clean = plug_seen(&(struct lab_start){0});
    const struct fds leaked = plug_seen(&(struct lab_start){.hook_as_caller = descriptors_leak});
    assert_true(clean.count >= 5);
    assert_true(clean.count <= 7);
    assert_int_equal(leaked.count, clean.count);
    for (size_t i = 0; i < leaked.count; i++)
        assert_true(leaked.numbers[i] < 450);
}

/* The whole table full: there is no number left for what the helper must open. */
static void descriptors_exhaust(int socket_number, void *hook_data)
{
    const struct rlimit limit = {.rlim_cur = 32, .rlim_max = 32};

    (void)hook_data; /* not needed */
    for (int number = 3; number < 32; number++)
        if (number != socket_number && dup2(1, number) < 0)
            lab_die("dup2");
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        lab_die("setrlimit");
}

static void test_descriptor_table_full_refused(void **state)
{
    (void)state;
    const struct lab_result *result = helper_start(&(struct lab_start){.hook_as_caller = descriptors_exhaust});
    assert_true(result->exit_code > 0);
    helper_assert_whole(result, "virbr0");
}

static void test_environment_hostile_not_obeyed(void **state)
{
    /* Whoever obeys one of these opens the FIFO, and hangs there until the deadline; or is not loaded at all. */
    static const char *const environment[] = {
        "LD_PRELOAD=/run/lab/home/fifo",
        "LD_LIBRARY_PATH=/run/lab/home",
        "LD_AUDIT=/run/lab/home/fifo",
        "LD_DEBUG=all",
        "LD_DEBUG_OUTPUT=/run/lab/home/debug",
        "LD_BIND_NOT=1",
        "TZ=/run/lab/home/fifo",
        "TZDIR=/run/lab/home",
        "MALLOC_CHECK_=3",
        "MALLOC_PERTURB_=85",
        "MALLOC_TRACE=/run/lab/home/trace",
        "MALLOC_ARENA_MAX=0",
        "GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.check=3:glibc.rtld.optional_static_tls=9999999",
        "LANG=../../../run/lab/home",
        "LC_ALL=../../../run/lab/home",
        "LOCPATH=/run/lab/home",
        "NLSPATH=/run/lab/home/%N",
        "LANGUAGE=/run/lab/home",
        "OUTPUT_CHARSET=x",
        "GCONV_PATH=/run/lab/home",
        "GETCONF_DIR=/run/lab/home",
        "HOSTALIASES=/run/lab/home/fifo",
        "RES_OPTIONS=debug",
        "LOCALDOMAIN=x",
        "NIS_PATH=/run/lab/home",
        "PATH=/run/lab/home",
        "HOME=/run/lab/home",
        "TMPDIR=/run/lab/home",
        "LIBCAP_DEBUG=1",
        "POSIXLY_CORRECT=1",
        "USER=root",
        "LOGNAME=root",
        "SUDO_UID=0",
        "IFS=x",
        NULL,
    };
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    helper_skip_with_service("the caller's environment counts for his own processes");
    lab_command("rm -rf /run/lab/home/* && mkfifo -m 666 /run/lab/home/fifo");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        struct lab_start start = {.program = programs[i], .environment = environment};
        helper_assert_granted(helper_start(&start), "virbr0");
        start.arguments = denied;
        helper_assert_refused(helper_start(&start), EXIT_NOPERM, "vmuser (uid 4242)");
    }
    lab_command("rm /run/lab/home/fifo && test -z \"$(ls -A /run/lab/home)\"");
}

/* A NULL-less mess is not possible through execve, but a huge environment and entries without '=' are. */
static void test_environment_huge_and_malformed_granted(void **state)
{
    enum {
        COUNT = 200,
        SIZE = 4096
    };
    static char entries[COUNT][SIZE];
    const char *environment[COUNT + 4];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        memset(entries[i], 'a' + (int)(i % 26), SIZE - 1);
        environment[i] = entries[i];
    }
    environment[COUNT] = "";
    environment[COUNT + 1] = "=";
    environment[COUNT + 2] = "=\n";
    environment[COUNT + 3] = NULL;
    helper_assert_granted(helper_start(&(struct lab_start){.environment = environment}), "virbr0");
}

static void cwd_delete(int socket_number, void *hook_data)
{
    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (mkdir("/run/lab/home/gone", 0700) != 0 || chdir("/run/lab/home/gone") != 0 || rmdir("/run/lab/home/gone") != 0)
        lab_die("/run/lab/home/gone");
}

static void test_cwd_deleted_granted_and_left(void **state)
{
    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    helper_assert_granted(helper_start(&(struct lab_start){.hook_as_caller = cwd_delete}), "virbr0");
    const struct fds seen = plug_seen(&(struct lab_start){.hook_as_caller = cwd_delete});
    assert_string_equal(seen.cwd, "/");
}

static void umask_set(int socket_number, void *hook_data)
{
    (void)socket_number; /* not at stake */
    (void)umask(*(const mode_t *)hook_data);
}

static void test_umask_any_granted(void **state)
{
    mode_t masks[] = {0, 0777};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        helper_assert_granted(helper_start(&(struct lab_start){.hook_as_caller = umask_set, .hook_data = &masks[i]}),
                              "virbr0");
}

/* Since Linux 5.18 the kernel makes an empty argument list one empty argument; before, there is none at all. */
static void test_argv_empty_usage(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.argv_empty = true}), EXIT_USAGE, "");
}

static void test_argv0_any_granted_and_not_shown(void **state)
{
    static char long_name[4096];
    const char *const names[] = {"", "-", "%s%n%d", "\x1b[31m", "--br=br0", "two\nlines", long_name};

    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        helper_assert_granted(helper_start(&(struct lab_start){.argv0 = names[i]}), "virbr0");
        helper_assert_refused(helper_start(&(struct lab_start){.argv0 = names[i], .arguments = denied}), EXIT_NOPERM,
                              "'br0'");
    }
}

static void test_argument_huge_usage(void **state)
{
    static char huge[100000];
    const char *const arguments[] = {huge, NULL};

    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    helper_assert_refused(helper_start(&(struct lab_start){.arguments = arguments}), EXIT_USAGE, "");
    memcpy(huge, "--br=", 5);
    helper_assert_refused(helper_start(&(struct lab_start){.arguments = arguments}), EXIT_USAGE, "");
    memcpy(huge, "--fd=", 5);
    memset(huge + 5, '0', sizeof huge - 6);
    helper_assert_refused(helper_start(&(struct lab_start){.arguments = arguments}), EXIT_USAGE, "");
}

/* A core of the helper would show what it read and held: neither a file nor a pipe to a program must come of it. */
static void core_want(int socket_number, void *hook_data)
{
    const struct rlimit limit = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};

    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (setrlimit(RLIMIT_CORE, &limit) != 0 || chdir("/run/lab/home") != 0)
        lab_die("setrlimit");
}

static enum lab_action quit_at_plug(const struct lab_stop *stop, void *visit_data)
{
    (void)visit_data; /* not needed */
    if (stop->at_entry && stop->number == SYS_ioctl && stop->args[1] == TUNSETIFF && kill(stop->pid, SIGQUIT) != 0)
        lab_die("kill");
    return LAB_GO;
}

static void test_core_signal_dumps_nothing(void **state)
{
    static struct lab_result result;
    struct lab_child child;
    const struct lab_start start = helper_start_complete(&(struct lab_start){.hook_as_root = core_want});
    const struct lab_plan plan = {.visit = quit_at_plug};

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    lab_trace(&start, &plan, &child);
    const int status = child.wait_status;
    lab_collect(&child, &result);
    assert_int_equal(result.term_signal, SIGQUIT);
    assert_int_equal(status & 0x80, 0); /* WCOREDUMP */
    assert_int_equal(result.fd_count, 0);
    assert_true(lab_tap_count_becomes(0));
    assert_true(plug_seen(&(struct lab_start){.hook_as_root = core_want}).core_limit_zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_standard_streams_closed_granted_and_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_standard_streams_closed_become_null, helper_rules_reset),
        cmocka_unit_test_setup(test_descriptors_leaked_closed, helper_rules_reset),
        cmocka_unit_test_setup(test_descriptor_table_full_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_environment_hostile_not_obeyed, helper_rules_reset),
        cmocka_unit_test_setup(test_environment_huge_and_malformed_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_cwd_deleted_granted_and_left, helper_rules_reset),
        cmocka_unit_test_setup(test_umask_any_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_argv_empty_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_argv0_any_granted_and_not_shown, helper_rules_reset),
        cmocka_unit_test_setup(test_argument_huge_usage, helper_rules_reset),
        cmocka_unit_test_setup(test_core_signal_dumps_nothing, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("process", tests, helper_world_setup, NULL);
}
