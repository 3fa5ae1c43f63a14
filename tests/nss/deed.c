/* SPDX-License-Identifier: MIT
 *
 * What a name service may do instead of answering, or before it.
 */
#define _GNU_SOURCE
#include "vmtest.h"

#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    FD_MAX = 1024,
    ILLEGAL_STATUS = 99
};

static bool strings_are_left_out;

bool vmtest_has_strings(void)
{
    return !strings_are_left_out;
}

static void do_null(const char *word)
{
    (void)word; /* not wanted, here and below */
    strings_are_left_out = true;
}

static void do_hang(const char *word)
{
    (void)word;
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN); /* refused for those that cannot be ignored */
    for (;;)
        (void)pause(); /* for ever */
}

static void do_spin(const char *word)
{
    (void)word;
    for (;;)
        ;
}

static void do_segv(const char *word)
{
    (void)word;
    *(volatile char *)mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
}

static void do_abort(const char *word)
{
    (void)word;
    abort();
}

static int overflow(unsigned depth)
{
    volatile char block[65536];

    block[0] = 1;
    return depth > 0 ? overflow(depth - 1) + block[0] : block[0];
}

static void do_overflow(const char *word)
{
    const struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};

    (void)word;
    (void)setrlimit(RLIMIT_STACK, &limit); /* without it, all of the memory is stack */
    _exit(overflow(1U << 20));
}

static void do_exit(const char *word)
{
    exit(atoi(word));
}

static void do_quit(const char *word)
{
    _exit(atoi(word));
}

static void do_signal(const char *word)
{
    (void)raise(atoi(word)); /* of ourselves: it does what it does */
}

static void do_kill_parent(const char *word)
{
    (void)word;
    (void)kill(getppid(), SIGKILL); /* it is us who it belongs to: nothing forbids it */
    sleep(60);
}

static void do_print(const char *word)
{
    (void)word;
    printf("vmnet-helper: printed by a module\n");
    fprintf(stderr, "vmnet-helper: printed by a module\n");
    fflush(stdout); /* and no other stream, which would be the program's */
    dprintf(STDOUT_FILENO, "vmnet-helper: printed by a module\n");
    dprintf(STDERR_FILENO, "vmnet-helper: printed by a module\n");
}

static void do_close(const char *word)
{
    (void)word;
    for (int fd = 0; fd < FD_MAX; fd++)
        (void)close(fd); /* few of them are open */
}

static void do_raise(const char *word)
{
    (void)word;
    for (int fd = 0; fd < FD_MAX; fd++)
        (void)fcntl(fd, F_DUPFD, FD_MAX / 32); /* few of them are open */
}

static void do_session(const char *word)
{
    (void)word;
    (void)setsid(); /* it is the call that counts */
}

static void do_ids(const char *word)
{
    const int result = setresgid((gid_t)-1, (gid_t)-1, getgid());

    (void)word;
    (void)result; /* it is the call that counts */
}

/* word: "hold" the descriptors, or "free" them. */
static void do_fork(const char *word)
{
    if (fork() != 0)
        return;
    if (strcmp(word, "free") == 0)
        do_close(NULL);
    sleep(60);
    _exit(0);
}

static void do_exec(const char *word)
{
    (void)word;
    execl("/bin/true", "true", (char *)NULL);
}

static void do_ptrace(const char *word)
{
    (void)word;
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL); /* it is the call that counts */
}

static void do_dumpable(const char *word)
{
    (void)word;
    (void)prctl(PR_SET_DUMPABLE, 1); /* it is the call that counts */
}

static void write_everywhere(const void *bytes, size_t len)
{
    for (int fd = 0; fd < FD_MAX; fd++)
        if (write(fd, bytes, len) < 0) /* few of them are open */
            continue;
}

static void do_scribble(const char *word)
{
    char bytes[4096];

    memset(bytes, 'x', sizeof bytes);
    write_everywhere(bytes, (size_t)atoi(word) < sizeof bytes ? (size_t)atoi(word) : sizeof bytes);
}

/* What the worker itself would say when there is one item and nobody is called so. word: how it goes on. */
static void do_forge(const char *word)
{
    const struct {
        struct worker_head head;
        struct worker_answer answer;
    } forged = {.head = {.status = WORKER_OK, .count = 1}};

    write_everywhere(&forged, sizeof forged);
    if (strcmp(word, "exit") == 0)
        exit(0);
    if (strcmp(word, "hang") == 0)
        do_hang(NULL);
}

static void *thread_run(void *data)
{
    return data;
}

/* As a client of a daemon may have them. */
static void do_internet(const char *word)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)word;
    if (fd < 0 || close(fd) != 0)
        _exit(99);
}

static void do_threads(const char *word)
{
    pthread_t threads[8];
    size_t count = 0;

    (void)word;
    for (; count < 8; count++)
        if (pthread_create(&threads[count], NULL, thread_run, NULL) != 0)
            break;
    if (count < 8)
        _exit(99);
    while (count-- > 0)
        if (pthread_join(threads[count], NULL) != 0)
            _exit(99);
}

/* Ask a daemon at this socket and wait for a byte, as most services do. */
static void do_socket(const char *word)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte = '?';

    snprintf(address.sun_path, sizeof address.sun_path, "%s", word);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 || write(fd, &byte, 1) != 1 ||
        read(fd, &byte, 1) != 1 || byte != '!' || close(fd) != 0)
        _exit(99);
}

static void do_sleep(const char *word)
{
    const struct timespec pause = {.tv_sec = atoi(word) / 1000, .tv_nsec = atoi(word) % 1000 * 1000000L};

    (void)nanosleep(&pause, NULL); /* as long as it lasts */
}

/* Ends badly when there is anything to be seen of the process that we come from. */
static void do_look(const char *word)
{
    struct stat null, conf, about;

    (void)word;
    if (environ != NULL && environ[0] != NULL)
        _exit(97);
    if (stat("/dev/null", &null) != 0 || stat(VMTEST_CONF, &conf) != 0)
        _exit(98);
    for (int fd = 0; fd < FD_MAX; fd++) {
        if (fstat(fd, &about) != 0 || about.st_ino == conf.st_ino) /* that is being read */
            continue;
        if (fd > STDERR_FILENO + 2 || (fd <= STDERR_FILENO && about.st_rdev != null.st_rdev) ||
            (fd > STDERR_FILENO && !S_ISFIFO(about.st_mode)))
            _exit(96);
    }
}

static const struct {
    const char *name;
    void (*act)(const char *word);
} deeds[] = {
    {"session", do_session}, {"ids", do_ids},           {"null", do_null},         {"hang", do_hang},
    {"spin", do_spin},       {"segv", do_segv},         {"abort", do_abort},       {"overflow", do_overflow},
    {"exit", do_exit},       {"quit", do_quit},         {"signal", do_signal},     {"kill-parent", do_kill_parent},
    {"print", do_print},     {"close", do_close},       {"raise", do_raise},       {"fork", do_fork},
    {"exec", do_exec},       {"ptrace", do_ptrace},     {"dumpable", do_dumpable}, {"scribble", do_scribble},
    {"forge", do_forge},     {"threads", do_threads},   {"socket", do_socket},     {"sleep", do_sleep},
    {"look", do_look},       {"internet", do_internet},
};

static const struct {
    const char *name;
    int status;
    int error;
} answers[] = {
    {"notfound", NSS_STATUS_NOTFOUND, ENOENT},
    {"unavail", NSS_STATUS_UNAVAIL, ECONNREFUSED},
    {"unavail-enoent", NSS_STATUS_UNAVAIL, ENOENT},
    {"unavail-esrch", NSS_STATUS_UNAVAIL, ESRCH},
    {"unavail-erange", NSS_STATUS_UNAVAIL, ERANGE},
    {"tryagain", NSS_STATUS_TRYAGAIN, EAGAIN},
    {"erange", NSS_STATUS_TRYAGAIN, ERANGE},
    {"eintr", NSS_STATUS_TRYAGAIN, EINTR},
    {"enomem", NSS_STATUS_TRYAGAIN, ENOMEM},
    {"illegal", ILLEGAL_STATUS, EINVAL},
    /* The error is left as it is. */
    {"unavail-silent", NSS_STATUS_UNAVAIL, -1},
    {"tryagain-silent", NSS_STATUS_TRYAGAIN, -1},
};

/* One line's. True: the status is to be returned, and the error with it. */
static bool deed_do(const char *deed, const char *word, enum nss_status *status, int *error)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(deed, deeds[i].name) == 0) {
            deeds[i].act(word);
            return false;
        }
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(deed, answers[i].name) == 0) {
            *status = (enum nss_status)answers[i].status;
            *error = answers[i].error >= 0 ? answers[i].error : *error;
            return true;
        }
    _exit(95); /* a word that is none: the test is wrong */
}

static const char *const functions[] = {"getpwnam", "getpwuid", "getgrnam", "getgrgid", "initgroups"};

/* Which call of this function is it, in this process? */
static unsigned count_call(const char *function)
{
    static unsigned counts[sizeof functions / sizeof *functions];

    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(function, functions[i]) == 0)
            return ++counts[i];
    return 0;
}

bool vmtest_act(const char *function, enum nss_status *status, int *error)
{
    const unsigned call = count_call(function);
    int found_error = errno; /* and stays so when nothing is said of it */
    bool is_decided = false;
    char line[512];
    FILE *file = fopen(VMTEST_CONF, "re");

    while (file != NULL && !is_decided && fgets(line, sizeof line, file) != NULL) {
        char when[32], deed[32], word[256] = "";
        char *number;
        if (sscanf(line, "at %31s %31s %255s", when, deed, word) < 2)
            continue;
        number = strchr(when, '#');
        if (number != NULL)
            *number++ = '\0';
        if ((strcmp(when, function) == 0 || strcmp(when, "any") == 0) &&
            (number == NULL || strtoul(number, NULL, 10) == call))
            is_decided = deed_do(deed, word, status, &found_error);
    }
    if (file != NULL)
        fclose(file);
    *error = found_error; /* in the C library, this is errno itself */
    return is_decided;
}
