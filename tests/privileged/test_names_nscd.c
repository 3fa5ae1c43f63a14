/* SPDX-License-Identifier: MIT
 *
 * A C library without modules of a name service, such as musl, asks nscd about what the files do not have. Here nscd is
 * the test's: it answers, hangs or talks nonsense, and shows who asked.
 */
#define _GNU_SOURCE
#include "names.h"

#include "witness.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NSCD_SOCKET "/run/nscd/socket" /* musl looks for it in /var/run, which leads here */

/* nscd's protocol: numbers of 32 bits, then texts; musl's src/passwd/nscd.h. */
enum {
    VERSION = 2,
    GET_USER_BY_NAME = 0,
    GET_USER_BY_UID = 1,
    GET_GROUP_BY_NAME = 2,
    GET_GROUP_BY_GID = 3,
    GET_GROUPS_OF_USER = 15
};

enum conduct {
    KNOWS,    /* the user vmremote, the group vmclub, and who is in it */
    DENIES,   /* says that there is no such entry */
    NONSENSE, /* says what is no answer */
    HANGS_UP, /* without a word, which musl takes for DENIES */
    HANGS     /* until the other side is gone */
};

/* What the daemon and the test share. */
struct daemon {
    enum conduct conduct;
    volatile pid_t peer; /* who asked last; 0: nobody yet */
    struct ucred credentials;
};

static struct daemon *nscd;

static const struct lab_caller remote = {.uid = 6001, .gid = 6001};
static const struct lab_caller nobody_knows = {.uid = 5999, .gid = 5999};

static void send_bytes(int fd, const void *bytes, size_t len)
{
    (void)send(fd, bytes, len, MSG_NOSIGNAL); /* the other side may be gone */
}

static void send_user(int fd, bool is_found)
{
    static const char texts[] = "vmremote\0x\0\0/\0/bin/sh";
    const int32_t found[] = {VERSION, 1, sizeof "vmremote", sizeof "x", 6001, 6001, 1, sizeof "/", sizeof "/bin/sh"};
    const int32_t absent[9] = {VERSION};

    send_bytes(fd, is_found ? found : absent, sizeof found);
    if (is_found)
        send_bytes(fd, texts, sizeof texts);
}

static void send_group(int fd, bool is_found)
{
    static const char texts[] = "vmclub\0x\0vmuser";
    const int32_t found[] = {VERSION, 1, sizeof "vmclub", sizeof "x", 7777, 1};
    const int32_t absent[6] = {VERSION};
    const int32_t member_len = sizeof "vmuser";

    send_bytes(fd, is_found ? found : absent, sizeof found);
    if (is_found) {
        send_bytes(fd, &member_len, sizeof member_len);
        send_bytes(fd, texts, sizeof texts);
    }
}

static void send_groups(int fd, bool is_found)
{
    const int32_t found[] = {VERSION, 1, 1, 7777};
    const int32_t absent[3] = {VERSION};

    send_bytes(fd, is_found ? found : absent, is_found ? sizeof found : sizeof absent);
}

static void answer(int fd, int32_t type, const char *key)
{
    const bool knows = nscd->conduct == KNOWS;

    if (type == GET_USER_BY_NAME || type == GET_USER_BY_UID)
        send_user(fd, knows && strcmp(key, type == GET_USER_BY_NAME ? "vmremote" : "6001") == 0);
    else if (type == GET_GROUP_BY_NAME || type == GET_GROUP_BY_GID)
        send_group(fd, knows && strcmp(key, type == GET_GROUP_BY_NAME ? "vmclub" : "7777") == 0);
    else if (type == GET_GROUPS_OF_USER)
        send_groups(fd, knows && strcmp(key, "vmuser") == 0);
}

static void serve(int fd)
{
    int32_t head[3]; /* version, type, length of the key with its NUL */
    socklen_t len = sizeof nscd->credentials;
    const int32_t nonsense[16] = {-1};
    char key[256] = "";
    char byte;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &nscd->credentials, &len) != 0 ||
        recv(fd, head, sizeof head, MSG_WAITALL) != sizeof head || head[2] < 1 || head[2] > 255 ||
        recv(fd, key, (size_t)head[2], MSG_WAITALL) != head[2])
        return;
    nscd->peer = nscd->credentials.pid;
    if (nscd->conduct == HANGS)
        (void)recv(fd, &byte, 1, 0); /* its end */
    else if (nscd->conduct == NONSENSE)
        send_bytes(fd, nonsense, sizeof nonsense);
    else if (nscd->conduct != HANGS_UP)
        answer(fd, head[1], key);
}

/* It ends with the world that the test runs in. */
static int nscd_start(void **state)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = NSCD_SOCKET};
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    names_world_setup(state);
    nscd = mmap(NULL, sizeof *nscd, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (nscd == MAP_FAILED || mkdir("/run/nscd", 0755) != 0 || listener < 0 ||
        bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 || chmod(NSCD_SOCKET, 0666) != 0 ||
        listen(listener, 8) != 0)
        lab_die(NSCD_SOCKET);
    const pid_t daemon = fork();
    if (daemon < 0)
        lab_die("fork");
    while (daemon == 0) {
        const int fd = accept(listener, NULL, NULL);
        serve(fd);
        close(fd);
    }
    close(listener);
    return 0;
}

/* No account is in the files but lab.sh's. */
static void nscd_reset(enum conduct conduct, const char *rules)
{
    nscd->conduct = conduct;
    nscd->peer = 0;
    names_accounts("");
    names_rules_write(rules);
}

static void test_nscd_answers_obeyed(void **state)
{
    static const struct {
        enum conduct conduct;
        const char *rules;
        const struct lab_caller *caller;
        int code;
        const char *words;
    } rows[] = {
        {KNOWS, "allow user vmremote bridge virbr0\n", &remote, 0, ""},
        {KNOWS, "allow user vmremote bridge virbr0\n", &lab_vmuser, EXIT_NOPERM, "denied"},
        {KNOWS, "allow all bridge all\ndeny group vmclub bridge virbr0\n", &lab_vmuser, EXIT_NOPERM, ":2 denies"},
        {KNOWS, "allow all bridge all\ndeny gid 7777 bridge virbr0\n", &lab_vmuser, EXIT_NOPERM, ":2 denies"},
        {KNOWS, "allow all bridge all\ndeny group vmclub bridge virbr0\n", &lab_vmother, 0, ""},
        {KNOWS, "allow all bridge all\ndeny user vmremote bridge virbr0\n", &remote, EXIT_NOPERM, ":2 denies"},
        {KNOWS, "allow all bridge all\ndeny user vmremote bridge virbr0\n", &nobody_knows, EXIT_CONFIG, "no account"},
        {DENIES, "allow user vmremote bridge virbr0\n", &remote, EXIT_NOPERM, "denied"},
        {DENIES, "allow all bridge all\ndeny group vmclub bridge virbr0\n", &lab_vmuser, 0, ""},
        {DENIES, "allow all bridge all\ndeny user vmremote bridge virbr0\n", &remote, EXIT_CONFIG, "no account"},
        {HANGS_UP, "allow user vmremote bridge virbr0\n", &remote, EXIT_NOPERM, "denied"},
        {HANGS_UP, "allow all bridge all\ndeny user vmremote bridge virbr0\n", &remote, EXIT_CONFIG, "no account"},
        {NONSENSE, "allow user vmremote bridge virbr0\n", &remote, EXIT_CONFIG, "cannot look up user 'vmremote'"},
        {NONSENSE, "allow all bridge all\ndeny group vmclub bridge virbr0\n", &lab_vmuser, EXIT_CONFIG,
         "cannot look up group 'vmclub'"},
        {NONSENSE, "allow all bridge all\ndeny gid 7777 bridge virbr0\n", &lab_vmuser, EXIT_CONFIG, "cannot look up"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %d, uid %u: %s", (int)rows[i].conduct, (unsigned)rows[i].caller->uid, rows[i].rules);
        nscd_reset(rows[i].conduct, rows[i].rules);
        struct lab_result *result = helper_start(&(struct lab_start){.caller = rows[i].caller});
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code, rows[i].words);
        assert_int_not_equal(nscd->peer, 0);
        assert_int_equal(nscd->credentials.uid, 65534);
        assert_int_equal(nscd->credentials.gid, 65534);
    }
}

/* The process that asks, while it waits for an answer: it has nothing that the caller could use. */
static void test_nscd_hangs_is_refused_in_time(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});
    const struct timespec pause = {.tv_nsec = 1000000};
    static struct lab_result result = {.tap_fd = -1};
    struct witness_status status = {.seccomp = 0};
    struct lab_child child;
    bool is_seen = false;

    (void)state;
    /* On a busy machine it may be over before it was looked at. */
    for (int attempt = 0; attempt < 10 && !is_seen; attempt++) {
        nscd_reset(HANGS, "allow all bridge all\ndeny group vmclub bridge virbr0\n");
        lab_spawn(&start, &child);
        for (const long long deadline = lab_now_ms() + 60000; nscd->peer == 0 && lab_now_ms() < deadline;)
            (void)nanosleep(&pause, NULL); /* as long as it lasts */
        is_seen = witness_status_read(nscd->peer, &status);
        lab_collect(&child, &result);
        names_assert_refused(&result, EXIT_TEMPFAIL, "did not answer about 1 name(s) within 2000 ms");
    }
    assert_true(is_seen);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(status.uid[i], 65534);
        assert_int_equal(status.gid[i], 65534);
    }
    assert_int_equal(status.cap_permitted | status.cap_effective | status.cap_inheritable | status.cap_ambient, 0);
    assert_int_equal(status.no_new_privs, 1);
    assert_int_equal(status.seccomp, 2);
    assert_int_equal(status.proc_owner, 0);
}

static void test_nscd_start_keeps_the_phases(void **state)
{
    (void)state;
    nscd_reset(DENIES, "allow all bridge all\ndeny group vmnobody bridge virbr0\n");
    names_assert_phases_kept();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nscd_answers_obeyed, names_reset),
        cmocka_unit_test_setup(test_nscd_hangs_is_refused_in_time, names_reset),
        cmocka_unit_test_setup(test_nscd_start_keeps_the_phases, names_reset),
    };

    return cmocka_run_group_tests_name("names_nscd", tests, nscd_start, NULL);
}
