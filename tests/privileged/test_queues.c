/* SPDX-License-Identifier: MIT
 *
 * Several queues: so many descriptors of one tap, whoever else would like to be one of its queues.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FLAGS_ALWAYS = IFF_TAP | IFF_NO_PI,
};

static struct lab_result *run_with(const char *queues)
{
    return helper_run(&lab_vmuser, "--use-vnet", queues, "--br=virbr0", NULL);
}

/* What 'ip -d' says of a tap, without its name: a number after a word. */
static void queue_counts_assert(const char *name, size_t count)
{
    lab_command("ip -d -j link show dev %s | grep -q '\"numqueues\":%zu,\"numdisabled\":0,'", name, count);
}

static void test_queues_each_descriptor_is_one_of_the_same_tap(void **state)
{
    static const size_t counts[] = {2, 3, 4, 16};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char argument[32], first[IFNAMSIZ], name[IFNAMSIZ];
        unsigned flags;

        snprintf(argument, sizeof argument, "--queues=%zu", counts[i]);
        struct lab_result *result = run_with(argument);
        helper_assert_granted_queues(result, "virbr0", counts[i]);
        assert_true(lab_tap_identify(result->tap_fd, first, &flags));
        assert_int_equal(flags, FLAGS_ALWAYS | IFF_VNET_HDR | IFF_MULTI_QUEUE);
        for (size_t k = 0; k < result->other_count; k++) {
            assert_true(lab_tap_identify(result->other_fds[k], name, &flags));
            assert_string_equal(name, first);
            assert_int_equal(flags, FLAGS_ALWAYS | IFF_VNET_HDR | IFF_MULTI_QUEUE);
        }
        assert_int_equal(lab_tap_count(), 1);
        queue_counts_assert(first, counts[i]);
        helper_release(result); /* and with the last descriptor, the tap */
    }
}

/* What QEMU gets is what it always got. */
static void test_queues_one_as_without_the_option(void **state)
{
    char name[IFNAMSIZ];
    unsigned flags;

    (void)state;
    struct lab_result *result = run_with("--queues=1");
    helper_assert_granted(result, "virbr0");
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    assert_int_equal(flags, FLAGS_ALWAYS | IFF_VNET_HDR);
    lab_command("! ip -d -j link show dev %s | grep -q '\"user\"'", name); /* no owner */
}

static void test_queues_number_refused(void **state)
{
    static const char *const arguments[] = {"--queues=0", "--queues=17", "--queues=", "--queues=4x", "--queues=-1"};

    (void)state;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        helper_assert_refused(run_with(arguments[i]), EXIT_USAGE, "bad number of queues '");
}

/* Root may open it, the caller may not: it is not root who opens it because of an argument. */
static void test_queues_device_not_open_to_the_caller_refused(void **state)
{
    (void)state;
    lab_command("chmod 600 /dev/net/tun");
    helper_assert_refused(run_with("--queues=2"), EXIT_NOPERM, "cannot open /dev/net/tun as the caller: ");
    helper_assert_granted(run_with("--queues=1"), "virbr0");
    /* Root as the caller may: nothing is refused for its own sake. */
    helper_assert_granted_queues(helper_run(&lab_root, "--queues=2", "--br=virbr0", NULL), "virbr0", 2);
}

static void test_queues_few_descriptors_refused(void **state)
{
    struct lab_limit limit = {.resource = RLIMIT_NOFILE};
    const char *const arguments[] = {"--queues=16", "--br=virbr0", NULL};

    (void)state;
    for (rlim_t most = 8; most < 24; most++) {
        limit.value = (struct rlimit){.rlim_cur = most, .rlim_max = most};
        struct lab_result *result = helper_start(
            &(struct lab_start){.arguments = arguments, .hook_as_root = lab_limit_set, .hook_data = &limit});
        if (result->exit_code == 0)
            helper_assert_granted_queues(result, "virbr0", 16);
        else
            helper_assert_refused(result, 0, "");
    }
}

/* The options of the rule hold for the port, which all queues share; and all queues count as one tap. */
static void test_queues_limit_counts_taps(void **state)
{
    struct lab_result first;
    const char *const arguments[] = {"--queues=4", "--br=virbr0", NULL};
    const struct lab_start start = helper_start_complete(&(struct lab_start){.arguments = arguments});

    (void)state;
    lab_text_write(RULES, "", 0, 0, 0644);
    lab_command("mkdir -p /etc/vmnet/rules.d");
    lab_text_write("/etc/vmnet/rules.d/10.rules", "allow uid 4242 bridge virbr0 limit 2 isolated\n", 0, 0, 0644);
    lab_run(&start, &first);
    helper_assert_granted_queues(&first, "virbr0", 4);
    lab_command("ip -d link show master virbr0 | grep -q 'isolated on'");
    helper_assert_granted_queues(run_with("--queues=4"), "virbr0", 4);
    struct lab_result third;
    lab_run(&start, &third);
    helper_assert_refused_beside(&third, 2, EXIT_TEMPFAIL, "the limit of ");
    lab_result_release(&first);
    assert_true(lab_tap_count_becomes(1));
    lab_run(&start, &first);
    helper_assert_granted_queues(&first, "virbr0", 4);
    lab_result_release(&first);
    assert_true(lab_tap_count_becomes(1));
}

/*
 * Another user, who joins as a queue in the one moment in which the kernel lets him: the tap was created, and has no
 * owner yet. From Linux 7.3 on there is no such moment.
 */
enum deed {
    STAYS,
    DETACHES,        /* and keeps the descriptor, with which he could attach again */
    TAKES_THE_OWNER, /* and stays */
    TAKES_THE_GROUP, /* and leaves */
    PERSISTS,        /* makes the tap persistent, and leaves */
    TAKES_ALL,       /* the queues that there are */
    LEAVES,
    LEAVES_A_FILTER, /* that drops all frames */
    LEAVES_AN_EBPF_FILTER,
    DEED_COUNT
};

struct rival {
    enum deed deed;
    pid_t pid; /* until he is told to end; 0: he was not started */
    bool joined;
    bool is_moment; /* the call under way creates the tap */
};

static int join_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE};
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        lab_die("/dev/net/tun of the rival");
    memcpy(request.ifr_name, name, IFNAMSIZ);
    if (ioctl(fd, TUNSETIFF, &request) == 0)
        return fd;
    close(fd);
    return -1;
}

/* As an unprivileged user may on some hosts (kernel.unprivileged_bpf_disabled). */
static int ebpf_load(void)
{
    static const struct bpf_insn drop[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr program = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                              .insn_cnt = sizeof drop / sizeof *drop,
                              .insns = (uintptr_t)drop,
                              .license = (uintptr_t) "MIT"};
    const int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program);

    if (fd < 0)
        lab_die("an eBPF program");
    return fd;
}

static bool filter_attach(int fd)
{
    struct sock_filter drop = {.code = BPF_RET | BPF_K, .k = 0};
    struct sock_fprog program = {.len = 1, .filter = &drop};

    return ioctl(fd, TUNATTACHFILTER, &program) == 0;
}

static bool rival_does(enum deed deed, int fd, const char *name, int ebpf)
{
    struct ifreq detach = {.ifr_flags = IFF_DETACH_QUEUE};

    switch (deed) {
    case STAYS:
        return true;
    case DETACHES:
        return ioctl(fd, TUNSETQUEUE, &detach) == 0;
    case TAKES_THE_OWNER:
        return ioctl(fd, TUNSETOWNER, 4243) == 0;
    case TAKES_THE_GROUP:
        return ioctl(fd, TUNSETGROUP, 4243) == 0 && close(fd) == 0;
    case PERSISTS:
        return ioctl(fd, TUNSETPERSIST, 1) == 0 && close(fd) == 0;
    case TAKES_ALL:
        while (join_tap(name) >= 0)
            ;
        return true;
    case LEAVES_A_FILTER:
        return filter_attach(fd) && close(fd) == 0;
    case LEAVES_AN_EBPF_FILTER:
        return ioctl(fd, TUNSETFILTEREBPF, &ebpf) == 0 && close(fd) == 0;
    case LEAVES:
    case DEED_COUNT:
        break;
    }
    return close(fd) == 0;
}

static _Noreturn void rival_run(enum deed deed, int telling)
{
    char name[IFNAMSIZ] = "tap0";
    const struct rlimit descriptors = {.rlim_cur = 512, .rlim_max = 512};
    char done;

    if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        lab_die("the rival's limit");
    const int ebpf = deed == LEAVES_AN_EBPF_FILTER ? ebpf_load() : -1;
    lab_become(&lab_vmother);
    const int fd = join_tap(name);
    done = fd >= 0;
    if (fd >= 0 && !rival_does(deed, fd, name, ebpf))
        lab_die("the rival's deed");
    if (write(telling, &done, 1) != 1)
        lab_die("the rival's answer");
    for (;;)
        pause();
}

/* At the exit of the call that has created the tap. */
static enum lab_action rival_visit(const struct lab_stop *stop, void *visit_data)
{
    struct rival *rival = visit_data;
    int ends[2];
    char done;

    if (stop->at_entry)
        rival->is_moment = stop->number == SYS_ioctl && stop->args[1] == TUNSETIFF && rival->pid == 0;
    if (stop->at_entry || !rival->is_moment)
        return LAB_GO;
    rival->is_moment = false;
    if (pipe2(ends, O_CLOEXEC) != 0 || (rival->pid = fork()) < 0)
        lab_die("the rival");
    if (rival->pid == 0)
        rival_run(rival->deed, ends[1]);
    close(ends[1]);
    if (read(ends[0], &done, 1) != 1)
        lab_die("the rival has ended");
    close(ends[0]);
    rival->joined = done != 0;
    return LAB_GO;
}

static void rival_end(const struct rival *rival)
{
    assert_true(rival->pid > 0);
    if (kill(rival->pid, SIGKILL) != 0 || waitpid(rival->pid, NULL, 0) != rival->pid)
        lab_die("the rival's end");
}

static unsigned bridge_index(void)
{
    struct lab_link bridge;

    assert_true(lab_link_read("virbr0", &bridge));
    return bridge.index;
}

enum {
    FRAMES = 64,
    FRAME_LEN = 60,
    VNET_HDR_LEN = 10
};

/* UDP to all: by the source port, the kernel spreads them over the queues. */
static void frames_send(void)
{
    unsigned char frame[FRAME_LEN] = "\xff\xff\xff\xff\xff\xff\x02\x11\x22\x33\x44\x55\x08\x00"
                                     "\x45\0\0\x2e\0\0\0\0\x40\x11\0\0\xc0\xa8\x7a\x01\xff\xff\xff\xff"
                                     "\0\0\0\x09\0\x1a\0\0";
    const struct sockaddr_ll bridge = {.sll_family = AF_PACKET, .sll_ifindex = (int)bridge_index()};
    const int sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

    for (unsigned i = 1; i <= FRAMES; i++) {
        frame[35] = (unsigned char)i;
        assert_int_equal(sendto(sender, frame, sizeof frame, 0, (const struct sockaddr *)&bridge, sizeof bridge),
                         sizeof frame);
    }
    close(sender);
}

/* How many of them have come out of a queue; the host sends others of its own. */
static unsigned frames_read(int fd)
{
    unsigned char bytes[2048];
    unsigned count = 0;
    ssize_t len;

    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while ((len = read(fd, bytes, sizeof bytes)) > 0)
        count +=
            len == VNET_HDR_LEN + FRAME_LEN && memcmp(bytes + VNET_HDR_LEN + 6, "\x02\x11\x22\x33\x44\x55", 6) == 0;
    assert_int_equal(errno, EAGAIN);
    return count;
}

/* Each that is sent comes out of one of the queues, at once: the kernel gives it to the tap before sendto() returns. */
static void frames_assert_pass(const struct lab_result *result)
{
    unsigned queues = 0, count;

    assert_true(lab_bridge_carries("virbr0"));
    frames_send();
    count = frames_read(result->tap_fd);
    queues += count > 0;
    for (size_t i = 0; i < result->other_count; i++) {
        const unsigned more = frames_read(result->other_fds[i]);
        count += more;
        queues += more > 0;
    }
    assert_int_equal(count, FRAMES);
    assert_int_equal(queues, result->fd_count);
}

static void test_queues_rival_in_the_moment_without_an_owner(void **state)
{
    const char *const arguments[] = {"--use-vnet", "--queues=4", "--br=virbr0", NULL};

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (enum deed deed = 0; deed < DEED_COUNT; deed++) {
        struct rival rival = {.deed = deed};
        const struct lab_plan plan = {.visit = rival_visit, .visit_data = &rival};
        struct lab_result *result = helper_trace(&(struct lab_start){.arguments = arguments}, &plan);
        print_message("  deed %u: he %s, exit %d\n", deed, rival.joined ? "joined" : "was kept out", result->exit_code);
        if (!rival.joined || deed >= LEAVES) {
            helper_assert_granted_queues(result, "virbr0", 4);
            queue_counts_assert("tap0", 4);
            frames_assert_pass(result);
        } else {
            /* Beside his descriptors nothing is left, and not even a persistent tap. */
            helper_assert_refused(result, EXIT_TEMPFAIL, "another program has joined or changed the tap 'tap0'");
        }
        rival_end(&rival);
        helper_release(result);
        assert_true(lab_tap_count_becomes(0));
    }
}

/* One who tries all the time, at every tap that there may be: with the taps of others he has no success. */
static _Noreturn void rival_storm(void)
{
    lab_become(&lab_vmother);
    for (unsigned i = 0;; i++) {
        char name[IFNAMSIZ];
        struct ifreq detach = {.ifr_flags = IFF_DETACH_QUEUE};
        snprintf(name, sizeof name, "tap%u", i % 2);
        const int fd = join_tap(name);
        if (fd < 0)
            continue;
        if (i % 3 == 0)
            (void)ioctl(fd, TUNSETQUEUE, &detach); /* the tap may be gone by now */
        usleep(i % 7 * 50);
        close(fd);
    }
}

static void test_queues_rival_is_never_a_queue(void **state)
{
    enum {
        RIVALS = 2,
        STARTS = 300
    };
    pid_t rivals[RIVALS];
    unsigned granted = 0;

    (void)state;
    for (size_t i = 0; i < RIVALS; i++) {
        rivals[i] = fork();
        if (rivals[i] == 0)
            rival_storm();
        assert_true(rivals[i] > 0);
    }
    for (unsigned i = 0; i < STARTS; i++) {
        struct lab_result *result = run_with("--queues=3");
        if (result->exit_code == 0) {
            char name[IFNAMSIZ];
            unsigned flags;
            helper_assert_granted_queues(result, "virbr0", 3);
            assert_true(lab_tap_identify(result->tap_fd, name, &flags));
            queue_counts_assert(name, 3);
            granted++;
        } else {
            assert_int_equal(result->exit_code, EXIT_TEMPFAIL);
            assert_int_equal(result->fd_count, 0);
        }
    }
    print_message("  %u of %u starts were granted\n", granted, (unsigned)STARTS);
    for (size_t i = 0; i < RIVALS; i++)
        rival_end(&(struct rival){.pid = rivals[i]});
    helper_assert_granted_queues(run_with("--queues=3"), "virbr0", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_queues_each_descriptor_is_one_of_the_same_tap, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_one_as_without_the_option, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_number_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_device_not_open_to_the_caller_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_few_descriptors_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_limit_counts_taps, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_rival_in_the_moment_without_an_owner, helper_rules_reset),
        cmocka_unit_test_setup(test_queues_rival_is_never_a_queue, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("queues", tests, helper_world_setup, NULL);
}
