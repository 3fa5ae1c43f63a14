/* SPDX-License-Identifier: MIT
 *
 * Whom the service serves: the caller is the user who has connected, with the ids and groups of that moment; and in
 * which namespaces he may be. None of it depends on vmnet-helper, so many tests ask without it.
 */
#define _GNU_SOURCE
#include "asker.h"
#include "enter.h"
#include "helperd_test.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SWITCH     "/etc/vmnet/switch.conf"
#define NAMESPACES "whose user namespace"
#define ELSEWHERE  "you are in a network namespace other than that of bridge 'virbr0'"

static unsigned char request[ASKER_REQUEST_LEN];

static struct lab_result *enter_run(const struct enter *enter, const struct lab_caller *caller)
{
    struct enter copy = *enter;

    return helper_start(&(struct lab_start){
        .caller = caller, .hook_as_root = enter_as_root, .hook_as_caller = enter_as_caller, .hook_data = &copy});
}

static void any_network_permit(void)
{
    lab_text_write(SWITCH, "acl: files qemu\nnetwork: any\n", 0, 0, 0644);
}

static void test_user_namespace_of_his_own_granted(void **state)
{
    static const struct {
        const char *name;
        struct enter enter;
    } rows[] = {
        {"as its root", {.flags = CLONE_NEWUSER, .map = "0 4242 1"}},
        {"as himself", {.flags = CLONE_NEWUSER, .map = "4242 4242 1"}},
        {"without a map", {.flags = CLONE_NEWUSER}},
        {"in a further one", {.flags = CLONE_NEWUSER, .map = "0 4242 1", .inner = "7 0 1"}},
        {"with subordinate ids, as himself",
         {.flags = CLONE_NEWUSER, .map = "0 4242 1\n1 100000 10\n", .map_by_root = true}},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        const struct lab_link link = helper_assert_granted(enter_run(&rows[i].enter, &lab_vmuser), "virbr0");
        assert_non_null(strstr(link.alias, "uid=4242"));
    }
}

/* A user with subordinate ids has thousands of uids: none of them is a user whom the rules can know. */
static void test_user_namespace_of_another_refused(void **state)
{
    static const struct {
        const char *name;
        struct enter enter;
    } rows[] = {
        {"a subordinate id", {.flags = CLONE_NEWUSER, .map = "0 4242 1\n1 100000 10\n", .map_by_root = true, .id = 1}},
        {"a subordinate id in a namespace of its own",
         {.flags = CLONE_NEWUSER, .map = "0 4242 1\n1 100000 10\n", .map_by_root = true, .id = 2, .inner = "0 2 1"}},
        {"a subordinate id that is another user",
         {.flags = CLONE_NEWUSER, .map = "0 4242 1\n1 4243 1\n", .map_by_root = true, .id = 1}},
        {"root's", {.flags_as_root = CLONE_NEWUSER, .map = "4242 4242 100\n", .map_by_root = true}},
    };

    (void)state;
    helper_rules_write("allow all\n");
    any_network_permit();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        for (int again = 0; again < 2; again++) /* by the instance; and by the loop, which remembers */
            helper_assert_refused(enter_run(&rows[i].enter, &lab_vmuser), EXIT_NOPERM, NAMESPACES);
        helperd_restart();
    }
    lab_command("rm " SWITCH);
}

static void test_network_namespace_refused_unless_permitted(void **state)
{
    static const struct {
        const char *name;
        struct enter enter;
    } rows[] = {
        {"his own", {.flags = CLONE_NEWUSER | CLONE_NEWNET, .map = "0 4242 1"}},
        {"root's, as with PrivateNetwork=", {.flags_as_root = CLONE_NEWNET}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        lab_command("rm -f " SWITCH);
        helper_assert_refused(enter_run(&rows[i].enter, &lab_vmuser), EXIT_NOPERM, ELSEWHERE);
        any_network_permit();
        helper_assert_granted(enter_run(&rows[i].enter, &lab_vmuser), "virbr0");
        helper_rules_write("allow br0\n");
        helper_assert_refused(enter_run(&rows[i].enter, &lab_vmuser), EXIT_NOPERM, "access denied by acl file");
        helper_rules_write("allow virbr0\n");
    }
    lab_command("rm " SWITCH);
}

static void ids_split(void *data)
{
    const uid_t *ids = data;

    if (setresgid(ids[0], ids[1], ids[2]) != 0 || setresuid(ids[0], ids[1], ids[2]) != 0 ||
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        lab_die("setresuid");
}

static void dumpable_end(void *data)
{
    (void)data; /* not needed, here and below */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        lab_die("PR_SET_DUMPABLE");
}

/* Root becomes vmuser and keeps one capability. */
static void capability_keep(void *data)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const unsigned bit = 1U << CAP_NET_RAW;
    struct __user_cap_data_struct sets[2] = {{.effective = bit, .permitted = bit}};
    const uid_t ids[] = {4242, 4242, 4242};

    (void)data;
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        lab_die("PR_SET_KEEPCAPS");
    ids_split((void *)(uintptr_t)ids); /* only read */
    if (syscall(SYS_capset, &header, sets) != 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        lab_die("capset");
}

/* The kernel does not tell the service in which namespaces such a process is: nothing may be assumed. */
static void test_process_that_may_not_be_looked_at_refused(void **state)
{
    uid_t real_other[] = {4243, 4242, 4242}, saved_other[] = {4242, 4242, 4243}, saved_root[] = {4242, 4242, 0};
    const struct {
        const char *name;
        struct asker_plan plan;
    } rows[] = {
        {"not dumpable", {.caller = &lab_vmuser, .before = dumpable_end}},
        {"with a capability", {.caller = &lab_root, .before = capability_keep}},
        {"another real id", {.caller = &lab_root, .before = ids_split, .data = real_other}},
        {"another saved id", {.caller = &lab_root, .before = ids_split, .data = saved_other}},
        {"root's saved id", {.caller = &lab_root, .before = ids_split, .data = saved_root}},
    };
    struct asker_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        asker_ask(&rows[i].plan, request, sizeof request, &answer);
        asker_assert_refused(&answer, EXIT_NOPERM, NAMESPACES);
        helperd_restart();
    }
    asker_ask(&(struct asker_plan){.caller = &lab_vmuser}, request, sizeof request, &answer);
    asker_assert_granted(&answer);
}

/* Not those that his account has. */
static void test_groups_of_the_connection_count(void **state)
{
    static const gid_t group = VMGROUP, other = 7000;
    const struct lab_caller with = {.uid = 4242, .gid = 4242, .groups = &group, .group_count = 1};
    const struct lab_caller without = {.uid = 4242, .gid = 4242, .groups = &other, .group_count = 1};
    const struct lab_caller primary = {.uid = 4243, .gid = VMGROUP};
    struct asker_answer answer;

    (void)state;
    helper_rules_write("include /etc/qemu/group.conf\n");
    lab_text_write("/etc/qemu/group.conf", "allow virbr0\n", 0, VMGROUP, 0640);
    asker_ask(&(struct asker_plan){.caller = &with}, request, sizeof request, &answer);
    asker_assert_granted(&answer);
    asker_ask(&(struct asker_plan){.caller = &primary}, request, sizeof request, &answer);
    assert_non_null(strstr(asker_assert_granted(&answer), "uid=4243"));
    asker_ask(&(struct asker_plan){.caller = &without}, request, sizeof request, &answer);
    asker_assert_refused(&answer, EXIT_NOPERM, "access denied by acl file");
    asker_ask(&(struct asker_plan){.caller = &lab_vmother}, request, sizeof request, &answer);
    asker_assert_refused(&answer, EXIT_NOPERM, "access denied by acl file");
}

/* The loop is stopped meanwhile: what it sees later is not what connected. */
static void late_ask(const struct asker_plan *plan, bool leaves, struct asker_answer *answer)
{
    struct asker asker;

    helperd_stop();
    asker_connect(plan, &asker);
    asker_send(&asker, request, sizeof request);
    if (leaves)
        asker_leave(&asker);
    helperd_continue();
    asker_receive(&asker, answer);
    asker_end(&asker);
}

struct change {
    const gid_t *before, *after; /* the one supplementary group; NULL: none */
};

static void group_set(const gid_t *group)
{
    if (setgroups(group != NULL ? 1 : 0, group) != 0)
        lab_die("setgroups");
}

/* Vmuser's effective ids, over real ones of root's. */
static void effective_take(void *data)
{
    const struct change *change = data;

    group_set(change->before);
    if (setresgid((gid_t)-1, 4242, (gid_t)-1) != 0 || setresuid((uid_t)-1, 4242, (uid_t)-1) != 0)
        lab_die("setresuid");
}

static void all_take(void *data)
{
    const struct change *change = data;
    uid_t ids[] = {4242, 4242, 4242};

    if (setresuid((uid_t)-1, 0, (uid_t)-1) != 0)
        lab_die("setresuid");
    group_set(change->after);
    ids_split(ids);
}

static void test_effective_ids_and_groups_at_connect_count(void **state)
{
    static const gid_t group = VMGROUP;
    struct change gives_up = {.before = &group}, takes = {.after = &group};
    struct asker_plan plan = {.caller = &lab_root, .before = effective_take, .after = all_take, .data = &gives_up};
    struct asker_answer answer;

    (void)state;
    helper_rules_write("include /etc/qemu/group.conf\n");
    lab_text_write("/etc/qemu/group.conf", "allow virbr0\n", 0, VMGROUP, 0640);
    late_ask(&plan, false, &answer);
    assert_non_null(strstr(asker_assert_granted(&answer), "uid=4242"));
    plan.data = &takes;
    late_ask(&plan, false, &answer);
    asker_assert_refused(&answer, EXIT_NOPERM, "access denied by acl file");
}

static void other_become(void *data)
{
    uid_t ids[] = {4243, 4243, 4243};

    (void)data;
    if (setresuid((uid_t)-1, 0, (uid_t)-1) != 0)
        lab_die("setresuid");
    ids_split(ids);
}

/* It is still the first one's connection, and that process may not be looked at any more. */
static void test_process_that_has_become_another_refused(void **state)
{
    struct change change = {.before = NULL};
    const struct asker_plan plan = {.caller = &lab_root,
                                    .before = effective_take,
                                    .after = other_become,
                                    .data = &change};
    struct asker_answer answer;

    (void)state;
    late_ask(&plan, false, &answer);
    asker_assert_refused(&answer, EXIT_NOPERM, NAMESPACES);
}

/* Its number may be another's by then, so nothing can be found out. */
static void test_process_that_has_ended_refused(void **state)
{
    struct asker_answer answer;

    (void)state;
    late_ask(&(struct asker_plan){.caller = &lab_vmuser}, true, &answer);
    asker_assert_refused(&answer, EXIT_NOPERM, "the process that asks has ended");
    /* A QEMU that is killed while it starts must not be one that keeps the user's others from starting. */
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

/* Who passes his connection on asks for what he may have himself: the test, root, is the one who writes. */
static void test_connection_passed_on_is_the_first_ones(void **state)
{
    struct asker_answer answer;

    (void)state;
    asker_ask(&(struct asker_plan){.caller = &lab_vmother}, request, sizeof request, &answer);
    assert_non_null(strstr(asker_assert_granted(&answer), "uid=4243"));
}

/* The instance waits for the last byte, and by then has closed what came with the first ones. */
static void test_descriptors_in_the_request_not_kept(void **state)
{
    struct asker asker;
    struct asker_answer answer;
    int ends[2];

    (void)state;
    asker_connect(&(struct asker_plan){.caller = &lab_vmuser}, &asker);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0); /* after the fork */
    asker_send_fds(&asker, request, sizeof request - 1, (int[]){ends[1], ends[1]}, 2);
    close(ends[1]);
    struct pollfd end = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 60000), 1);
    assert_int_equal(end.revents, POLLHUP);
    asker_send(&asker, request + sizeof request - 1, 1);
    asker_receive(&asker, &answer);
    asker_end(&asker);
    close(ends[0]);
    asker_assert_granted(&answer);
}

static void net_admin_unbind(int socket_number, void *hook_data)
{
    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (prctl(PR_CAPBSET_DROP, CAP_NET_ADMIN, 0, 0, 0) != 0)
        lab_die("PR_CAPBSET_DROP");
}

/* Root of a container or a service without the capability asks as root; root is a caller like any other. */
static void test_root_without_the_capability_granted_as_root(void **state)
{
    const struct lab_start start = {.caller = &lab_root, .hook_as_root = net_admin_unbind};

    (void)state;
    const struct lab_link link = helper_assert_granted(helper_start(&start), "virbr0");
    assert_non_null(strstr(link.alias, "uid=0"));
    helper_rules_write("deny all\n");
    helper_assert_refused(helper_start(&start), EXIT_NOPERM, "access denied by acl file");
}

/* The client must not ask with an id that is not the caller's: not root's, of a setuid helper, nor another. */
static void test_client_with_ids_of_another_does_not_ask(void **state)
{
    static const struct {
        const char *name, *program;
        uid_t uid;
        gid_t gid;
        mode_t mode;
    } rows[] = {
        {"setuid root", "/run/lab/client-root", 0, 0, 04755},
        {"setuid another", "/run/lab/client-other", 4243, 4243, 04755},
        {"setgid root", "/run/lab/client-group", 0, 0, 02755},
        {"setgid another", "/run/lab/client-vmgroup", 0, VMGROUP, 02755},
    };
    const struct lab_caller caller = {.uid = 4242, .gid = 4242};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        lab_program_install(lab_program_find("VMNET_HELPER"), rows[i].program, rows[i].uid, rows[i].gid, rows[i].mode);
        helper_assert_refused(helper_start(&(struct lab_start){.program = rows[i].program,
                                                               .caller = &caller,
                                                               .hook_as_root = net_admin_unbind}),
                              EXIT_NOPERM, "no privilege");
    }
}

static int setup(void **state)
{
    asker_request(request, "virbr0");
    return helperd_setup(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_user_namespace_of_his_own_granted, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_user_namespace_of_another_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_network_namespace_refused_unless_permitted, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_process_that_may_not_be_looked_at_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_groups_of_the_connection_count, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_effective_ids_and_groups_at_connect_count, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_process_that_has_become_another_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_process_that_has_ended_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_connection_passed_on_is_the_first_ones, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_descriptors_in_the_request_not_kept, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_root_without_the_capability_granted_as_root, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_client_with_ids_of_another_does_not_ask, setup, helperd_teardown),
    };

    return cmocka_run_group_tests_name("peer", tests, helperd_world_setup, NULL);
}
