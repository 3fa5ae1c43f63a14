/* SPDX-License-Identifier: MIT
 *
 * Bob attacks the service (attack.h), and alice does not notice: each of her requests is granted, and so is the first
 * one of a user whom the service does not know yet. After an attack, nothing is left but the service as it was. How
 * long alice waits is measured by the benchmark, not here.
 */
#define _GNU_SOURCE
#include "attack.h"
#include "helper.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

enum {
    SINGLE = 3,
    BURST = 8,             /* as many as one user may have at once */
    NEWCOMER = 5000,       /* the uid of the first one */
    LOG_PERIOD_MS = 60000, /* of which each user has one record */
    TESTS_MAX = 32,
};

#define SERVICE "/run/lab/vmnet-helperd"

/* Records of who was turned away. Alice can be for her own burst; a newcomer asks once. */
static struct {
    atomic_uint alice, bob, subordinate, newcomer;
} * turned_away;

static long long started_ms;
static pid_t service_pid;
static pid_t attack_pid;     /* 0: none */
static size_t process_count; /* when nobody asks */

static _Noreturn void log_read(int log_fd)
{
    char record[4096];
    unsigned uid;
    size_t len;

    for (;;) {
        if (!lab_log_read(log_fd, -1, record, sizeof record, &len))
            continue;
        const char *event = strstr(record, "turned away: uid=");
        if (event == NULL || sscanf(event, "turned away: uid=%u", &uid) != 1)
            continue;
        if (uid == lab_vmuser.uid)
            atomic_fetch_add(&turned_away->alice, 1);
        else if (uid == ATTACK_UID)
            atomic_fetch_add(&turned_away->bob, 1);
        else
            atomic_fetch_add(uid < ATTACK_SUBORDINATE_FIRST ? &turned_away->newcomer : &turned_away->subordinate, 1);
    }
}

/* A full log takes no record, and few are enough to fill one whose reader gets no processor for a moment. */
static void log_start(void)
{
    lab_command("echo 1000 >/proc/sys/net/unix/max_dgram_qlen");
    const int log_fd = lab_log_open();

    turned_away = mmap(NULL, sizeof *turned_away, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (turned_away == MAP_FAILED)
        lab_die("mmap");
    const pid_t pid = fork();
    if (pid < 0)
        lab_die("fork");
    if (pid == 0)
        log_read(log_fd); /* until lab.sh ends */
    close(log_fd);
}

/* The answer to a request of root's that is made once: its exit code. */
static int service_ask(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ATTACK_SOCKET};
    const struct wire_request request = {.magic = {WIRE_MAGIC}, .queues = 1, .bridge = "virbr0"};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned char code;

    if (fd < 0)
        lab_die("socket");
    const bool is_answered = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                             send(fd, &request, sizeof request, MSG_NOSIGNAL) == sizeof request &&
                             recv(fd, &code, 1, 0) == 1;
    close(fd);
    return is_answered ? code : -1;
}

static void pause_short(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL); /* as long as it lasts */
}

static int service_start(void **state)
{
    if (helper_world_setup(state) != 0)
        return -1;
    lab_program_install(lab_program_find("VMNET_HELPERD"), SERVICE, 0, 0, 0755);
    if (mkdir("/run/vmnet", 0755) != 0)
        lab_die("/run/vmnet");
    log_start();
    started_ms = lab_now_ms();
    service_pid = fork();
    if (service_pid < 0)
        lab_die("fork");
    if (service_pid == 0) {
        (void)setsid(); /* it is no leader yet */
        execl(SERVICE, "vmnet-helperd", "--listen", ATTACK_SOCKET, NULL);
        lab_die(SERVICE);
    }
    process_count = lab_process_count();
    while (access(ATTACK_SOCKET, F_OK) != 0)
        pause_short();
    int code = service_ask();
    while (code < 0) { /* it has made the socket, and does not listen yet */
        pause_short();
        code = service_ask();
    }
    return code == 0 ? 0 : -1;
}

static void granted_and_release(struct lab_result *result)
{
    if (result->exit_code != 0)
        print_message("%s", result->stderr_text);
    assert_int_equal(result->exit_code, 0);
    assert_int_equal(result->stderr_len, 0);
    assert_int_equal(result->fd_count, 1);
    lab_result_release(result);
}

static struct lab_start client_start(const struct lab_caller *caller)
{
    return helper_start_complete(&(struct lab_start){.program = HELPER_PLAIN, .caller = caller});
}

static void requests_make(const struct lab_caller *caller, size_t count)
{
    const struct lab_start start = client_start(caller);
    struct lab_result result;

    for (size_t i = 0; i < count; i++) {
        lab_run(&start, &result);
        granted_and_release(&result);
    }
}

static void burst_make(const struct lab_caller *caller)
{
    const struct lab_start start = client_start(caller);
    struct lab_child children[BURST];
    static struct lab_result results[BURST];

    for (size_t i = 0; i < BURST; i++)
        lab_spawn(&start, &children[i]);
    for (size_t i = 0; i < BURST; i++)
        lab_collect(&children[i], &results[i]);
    for (size_t i = 0; i < BURST; i++)
        granted_and_release(&results[i]);
}

/* Also after a test that has failed. */
static int attack_end(void **state)
{
    const pid_t pid = attack_pid;

    (void)state; /* cmocka's signature */
    attack_pid = 0;
    return pid == 0 || attack_stop(pid) ? 0 : -1;
}

static void test_service_under_attack_others_granted(void **state)
{
    const struct attack *attack = *state;
    const uid_t newcomer_id = NEWCOMER + (uid_t)(attack - attacks);
    const struct lab_caller newcomer = {.uid = newcomer_id, .gid = newcomer_id};

    attack_pid = attack_start(attack);
    requests_make(&lab_vmuser, SINGLE);
    burst_make(&lab_vmuser);
    requests_make(&newcomer, 1);
    assert_int_equal(attack_end(state), 0);
}

/* Processes that bob has stopped are killed after 15 seconds. */
static void test_service_after_attacks_as_before(void **state)
{
    (void)state; /* cmocka's signature */
    while (lab_process_count() > process_count)
        pause_short();
    assert_int_equal(lab_process_count(), process_count);
    assert_int_equal(waitpid(service_pid, NULL, WNOHANG), 0);
    assert_int_equal(service_ask(), 0);
    assert_true(lab_tap_count_becomes(0));
}

static void test_service_after_attacks_few_records(void **state)
{
    const unsigned most = 1 + (unsigned)((lab_now_ms() - started_ms) / LOG_PERIOD_MS);

    (void)state; /* cmocka's signature */
    assert_in_range(atomic_load(&turned_away->alice), 0, most);
    assert_in_range(atomic_load(&turned_away->bob), 1, most);
    assert_in_range(atomic_load(&turned_away->subordinate), 1, most);
    assert_int_equal(atomic_load(&turned_away->newcomer), 0);
}

static void test_service_after_attacks_ends_when_told(void **state)
{
    int status;

    (void)state; /* cmocka's signature */
    assert_int_equal(kill(service_pid, SIGTERM), 0);
    assert_int_equal(waitpid(service_pid, &status, 0), service_pid);
    assert_int_equal(status, 0);
    assert_int_equal(access(ATTACK_SOCKET, F_OK), -1);
}

int main(void)
{
    struct CMUnitTest tests[TESTS_MAX] = {{.name = NULL}}; /* what has no name is skipped */
    size_t count = 0;

    for (; count < attack_count && count < TESTS_MAX - 3; count++)
        tests[count] = (struct CMUnitTest){.name = attacks[count].name,
                                           .test_func = test_service_under_attack_others_granted,
                                           .teardown_func = attack_end,
                                           .initial_state = (void *)(uintptr_t)&attacks[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_service_after_attacks_as_before);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_service_after_attacks_few_records);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_service_after_attacks_ends_when_told);
    return cmocka_run_group_tests(tests, service_start, NULL);
}
