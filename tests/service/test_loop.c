/* SPDX-License-Identifier: MIT
 *
 * The loop, and its instances, which their callers can signal: how the loop ends, runs out of descriptors, is upgraded,
 * and gets rid of an instance that is stopped.
 */
#define _GNU_SOURCE
#include "asker.h"
#include "helperd_test.h"

#include "attack.h"
#include "witness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static unsigned char request[ASKER_REQUEST_LEN];
static const struct asker_plan by_vmuser = {.caller = &lab_vmuser};
static const struct asker_plan by_vmother = {.caller = &lab_vmother};

static void granted_through(const struct asker *asker)
{
    struct asker_answer answer;

    asker_send(asker, request, sizeof request);
    asker_receive(asker, &answer);
    asker_assert_granted(&answer);
}

/* Requests under way are answered; what has not been accepted is not, and its client hears of it. */
static void test_signal_ends_it_after_the_requests(void **state)
{
    static const int numbers[] = {SIGTERM, SIGINT};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct asker early, late;
        struct asker_answer answer;
        asker_connect(&by_vmuser, &early);
        (void)helperd_instance_await(lab_vmuser.uid);
        helperd_signal(numbers[i]);
        asker_connect(&by_vmother, &late);
        asker_send(&late, request, sizeof request);
        granted_through(&early);
        assert_int_equal(lab_helperd_end(helperd_pid), 0);
        asker_receive(&late, &answer);
        assert_int_equal(answer.code, -1);
        assert_int_equal(access(LAB_HELPERD_SOCKET, F_OK), -1);
        asker_end(&early);
        asker_end(&late);
        helperd_start();
    }
}

static size_t fds_of(pid_t pid)
{
    int numbers[WITNESS_FD_MAX];

    return witness_fds_read(pid, numbers);
}

static void nofile_set(size_t count)
{
    struct rlimit limit;

    if (prlimit(helperd_pid, RLIMIT_NOFILE, NULL, &limit) != 0)
        lab_die("prlimit");
    limit.rlim_cur = count;
    if (prlimit(helperd_pid, RLIMIT_NOFILE, &limit, NULL) != 0)
        lab_die("prlimit");
}

static unsigned long long cpu_ticks(void)
{
    char path[64], text[1024] = "";
    unsigned long long user = 0, kernel = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)helperd_pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        lab_die(path);
    close(fd);
    if (sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &kernel) != 2)
        lab_die("stat");
    return user + kernel;
}

/* It waits, without using the processor, and goes on when there is a descriptor again. */
static void test_descriptors_used_up_waits(void **state)
{
    struct asker asker;

    (void)state;
    helperd_instances_await(0);
    nofile_set(fds_of(helperd_pid));
    const unsigned long long before = cpu_ticks();
    asker_connect(&by_vmuser, &asker);
    sleep(1);
    assert_int_equal(helperd_instances(), 0);
    assert_in_range(cpu_ticks() - before, 0, 20); /* of 100 */
    nofile_set(100);
    granted_through(&asker);
    asker_end(&asker);
    helper_assert_granted(helper_run(&lab_vmother, "--br=virbr0", NULL), "virbr0");
}

/* After an upgrade, the loop that runs still starts instances of its own program. */
static void test_program_replaced_serves_on(void **state)
{
    (void)state;
    assert_int_equal(lab_helperd_end(helperd_pid), 0);
    lab_program_install(lab_program_find("VMNET_SERVICE"), "/run/lab/replaced", 0, 0, 0755);
    helperd_pid = lab_helperd_listen("/run/lab/replaced");
    lab_text_write("/run/lab/replaced", "#!/bin/false\n", 0, 0, 0755);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    lab_command("rm /run/lab/replaced");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

/* No descriptor of the loop, of which one is the listening socket, and none of its parent's; no environment. */
static void test_instance_has_nothing_of_its_parents(void **state)
{
    char path[64], byte;
    struct asker asker;

    (void)state;
    asker_connect(&by_vmuser, &asker);
    const pid_t pid = helperd_instance_await(lab_vmuser.uid);
    assert_int_equal(fds_of(pid), 5); /* /dev/null three times, the connection, the tun device */
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, &byte, 1), 0);
    close(fd);
    granted_through(&asker);
    asker_end(&asker);
}

/* While it waits for his request it carries his uid, and a capability. */
static void test_attacks_on_an_instance_fail(void **state)
{
    struct asker asker;

    (void)state;
    asker_connect(&by_vmuser, &asker);
    const pid_t pid = helperd_instance_await(lab_vmuser.uid);
    assert_int_equal(attack_as(&lab_vmuser, pid, 3), 0);
    granted_through(&asker);
    asker_end(&asker);
}

static void test_instance_killed_by_its_caller_told(void **state)
{
    struct asker asker;
    struct asker_answer answer;

    (void)state;
    asker_connect(&by_vmuser, &asker);
    const pid_t pid = helperd_instance_await(lab_vmuser.uid);
    assert_false(attack_signal(&lab_vmuser, helperd_pid, 0));
    assert_false(attack_signal(&lab_vmother, pid, SIGKILL));
    assert_true(attack_signal(&lab_vmuser, pid, SIGKILL));
    asker_receive(&asker, &answer);
    assert_int_equal(answer.code, -1);
    asker_end(&asker);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

/* A signal that its caller sends it ends it, or does nothing: never anything else. */
static void test_instance_signalled_whole_or_nothing(void **state)
{
    (void)state;
    for (int number = 1; number < 32; number++) {
        struct asker asker;
        struct asker_answer answer;
        if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
            continue; /* below */
        asker_connect(&by_vmuser, &asker);
        const pid_t pid = helperd_instance_await(lab_vmuser.uid);
        assert_true(attack_signal(&lab_vmuser, pid, number));
        asker_send(&asker, request, sizeof request);
        asker_receive(&asker, &answer);
        asker_end(&asker);
        if (answer.code == 0)
            asker_assert_granted(&answer);
        else if (answer.code > 0)
            asker_assert_refused(&answer, EXIT_TEMPFAIL, "deadline");
        helperd_instances_await(0);
        usleep(100000); /* the limit of requests */
    }
    assert_true(lab_tap_count_becomes(0));
}

/* He can stop it, and then it does not end itself. Others do not wait for that, and the end of the service not long. */
static void test_instance_stopped_killed_after_its_time(void **state)
{
    struct asker asker, second;
    struct asker_answer answer;
    const long long begun_ms = lab_now_ms();

    (void)state;
    asker_connect(&by_vmuser, &asker);
    const pid_t pid = helperd_instance_await(lab_vmuser.uid);
    assert_true(attack_signal(&lab_vmuser, pid, SIGSTOP));
    helper_assert_granted(helper_run(&lab_vmother, "--br=virbr0", NULL), "virbr0");
    asker_receive(&asker, &answer);
    asker_end(&asker);
    assert_int_equal(answer.code, -1);
    assert_in_range(lab_now_ms() - begun_ms, 14000, 50000);
    helperd_instances_await(0);

    asker_connect(&by_vmuser, &second);
    assert_true(attack_signal(&lab_vmuser, helperd_instance_await(lab_vmuser.uid), SIGSTOP));
    assert_int_equal(lab_helperd_end(helperd_pid), 0);
    asker_receive(&second, &answer);
    asker_end(&second);
    assert_int_equal(answer.code, -1);
    helperd_start();
}

static int setup(void **state)
{
    asker_request(request, "virbr0");
    return helperd_setup(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_signal_ends_it_after_the_requests, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_descriptors_used_up_waits, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_program_replaced_serves_on, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_instance_has_nothing_of_its_parents, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_attacks_on_an_instance_fail, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_instance_killed_by_its_caller_told, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_instance_signalled_whole_or_nothing, setup, helperd_teardown),
    };
    const struct CMUnitTest slow[] = {
        cmocka_unit_test_setup_teardown(test_instance_stopped_killed_after_its_time, setup, helperd_teardown),
    };

    if (argc == 2 && strcmp(argv[1], "slow") == 0)
        return cmocka_run_group_tests_name("loop slow", slow, helperd_world_setup, NULL);
    return cmocka_run_group_tests_name("loop", tests, helperd_world_setup, NULL);
}
