/* SPDX-License-Identifier: MIT
 *
 * The kernel refuses one netlink message of a start with options, or ignores it and says that it was done, as older
 * kernels do with what they do not know; or it answers a message with an error. Whatever happens: the tap is handed
 * over with all options, or nothing is left; and at no moment is a port up that does not have them.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "options.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum {
    MESSAGE_MAX = 64,
    MESSAGE_FEWEST = 8,
    BYTES_MAX = 65536,
    TYPE_UNKNOWN = 0x7ff0,      /* rtnetlink_rcv_msg() refuses it: EOPNOTSUPP */
    ATTRIBUTE_UNKNOWN = 0x3f00, /* ignored in a message of the old kind */
};

enum change_kind {
    CHANGE_NOTHING,
    CHANGE_UNKNOWN,    /* the message's type is one that the kernel does not know */
    CHANGE_IGNORED,    /* it is one that the kernel only acknowledges */
    CHANGE_ATTRIBUTE,  /* one of the port's attributes is one that the kernel does not know */
    CHANGE_NOT_STICKY, /* the entry of the address is a plain one */
    CHANGE_ANSWER,     /* the kernel did it, and says that it did not */
};

struct change {
    enum change_kind kind;
    unsigned number;    /* of the message, or the answer, from 1 */
    unsigned attribute; /* of the port, from 1 */
    int error;          /* of the answer */
};

/* What is known of a message that the helper sends. */
struct message {
    uint16_t type;
    uint8_t family;
    unsigned attribute_count; /* of the port */
};

struct run {
    struct change change;
    unsigned message_count, answer_count;
    struct message messages[MESSAGE_MAX + 1]; /* from 1 */
    uint64_t receiving;                       /* the address of the msghdr */
    uint16_t answered; /* the type of the message whose answer was changed, if it was an acknowledgement */
    char missing[64];  /* an option that a port that was up did not have */
};

static const char *const with_queues[] = {"--use-vnet", "--queues=4", "--br=virbr0", NULL};
static bool has_queues; /* the start asks for them */

static struct run run; /* the latest */
static struct lab_result *result;
static _Alignas(struct nlmsghdr) char bytes[BYTES_MAX];

/* The bytes of a netlink message under way, in bytes; false for other sockets. */
static bool bytes_read(pid_t pid, uint64_t address, size_t len, struct iovec *part)
{
    struct msghdr message;

    if (!lab_memory_read(pid, address, &message, sizeof message) || message.msg_namelen != sizeof(struct sockaddr_nl))
        return false;
    if (!lab_memory_read(pid, (uintptr_t)message.msg_iov, part, sizeof *part))
        lab_die("the helper's iovec");
    if (len == 0)
        len = part->iov_len;
    part->iov_len = len < part->iov_len ? len : part->iov_len;
    if (part->iov_len > sizeof bytes || !lab_memory_read(pid, (uintptr_t)part->iov_base, bytes, part->iov_len))
        lab_die("the helper's message");
    return true;
}

static void bytes_write(pid_t pid, const struct iovec *part)
{
    if (!lab_memory_write(pid, (uintptr_t)part->iov_base, bytes, part->iov_len))
        lab_die("the helper's message");
}

/* Messages and attributes begin at multiples of four bytes. */
static size_t aligned(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

/* The helper made it: it is complete. */
static struct nlattr *attribute_at(struct nlmsghdr *header, size_t offset)
{
    struct nlattr *attribute = (struct nlattr *)((char *)header + offset);

    if (attribute->nla_len < sizeof *attribute)
        lab_die("the helper's attributes");
    return attribute;
}

/* Count the port's attributes in a message, and make one of them unknown. */
static unsigned attributes_visit(struct nlmsghdr *header, unsigned unknown)
{
    unsigned count = 0;
    for (size_t at = sizeof *header + sizeof(struct ifinfomsg); at < header->nlmsg_len;) {
        const struct nlattr *outer = attribute_at(header, at);
        const size_t end = at + outer->nla_len;
        const bool is_port = (outer->nla_type & NLA_TYPE_MASK) == IFLA_PROTINFO;
        for (size_t in = at + sizeof *outer; is_port && in < end; in += aligned(attribute_at(header, in)->nla_len))
            if (++count == unknown)
                attribute_at(header, in)->nla_type = ATTRIBUTE_UNKNOWN;
        at += aligned(outer->nla_len);
    }
    return count;
}

static void message_change(struct nlmsghdr *header)
{
    switch (run.change.kind) {
    case CHANGE_UNKNOWN:
        header->nlmsg_type = TYPE_UNKNOWN;
        break;
    case CHANGE_IGNORED:
        header->nlmsg_type = NLMSG_NOOP;
        break;
    case CHANGE_ATTRIBUTE:
        (void)attributes_visit(header, run.change.attribute); /* it is counted already */
        break;
    case CHANGE_NOT_STICKY:
        ((struct ndmsg *)NLMSG_DATA(header))->ndm_flags &= (uint8_t)~NTF_STICKY;
        break;
    case CHANGE_NOTHING:
    case CHANGE_ANSWER:
        break;
    }
}

static void message_note(struct nlmsghdr *header)
{
    struct message *message = &run.messages[++run.message_count];

    if (run.message_count > MESSAGE_MAX)
        lab_die("too many messages");
    message->type = header->nlmsg_type;
    message->family = *(const uint8_t *)NLMSG_DATA(header);
    if (message->type == RTM_SETLINK && message->family == AF_BRIDGE)
        message->attribute_count = attributes_visit(header, 0);
    if (run.message_count == run.change.number)
        message_change(header);
}

static void sending_visit(const struct lab_stop *stop)
{
    struct iovec part;

    if (!bytes_read(stop->pid, stop->args[1], 0, &part))
        return;
    for (size_t at = 0; at < part.iov_len;) {
        struct nlmsghdr *header = (struct nlmsghdr *)(bytes + at);
        if (header->nlmsg_len < sizeof *header)
            lab_die("the helper's message");
        message_note(header);
        at += aligned(header->nlmsg_len);
    }
    bytes_write(stop->pid, &part);
}

static void received_visit(const struct lab_stop *stop)
{
    struct nlmsghdr *header = (struct nlmsghdr *)bytes;
    struct iovec part;

    if (stop->value < (int64_t)sizeof *header || !bytes_read(stop->pid, run.receiving, (size_t)stop->value, &part))
        return;
    if (++run.answer_count != run.change.number || run.change.kind != CHANGE_ANSWER)
        return;
    struct nlmsgerr *error = NLMSG_DATA(header);
    if (header->nlmsg_type == NLMSG_ERROR)
        run.answered = error->msg.nlmsg_type;
    if (header->nlmsg_type != NLMSG_DONE) /* which has an error number as its data, too */
        header->nlmsg_type = NLMSG_ERROR;
    error->error = -run.change.error;
    bytes_write(stop->pid, &part);
}

static enum lab_action visit(const struct lab_stop *stop, void *visit_data)
{
    (void)visit_data; /* there is one run */
    if (stop->number == SYS_sendmsg && stop->at_entry)
        sending_visit(stop);
    else if (stop->number == SYS_sendmsg && run.missing[0] == '\0')
        snprintf(run.missing, sizeof run.missing, "%s", options_missing_if_up(OPTIONS_TAP));
    else if (stop->number == SYS_recvmsg && stop->at_entry)
        run.receiving = stop->args[1];
    else if (stop->number == SYS_recvmsg)
        received_visit(stop);
    return LAB_GO;
}

/* With this change: what was handed over is whole; what was not has left nothing. True when it was handed over. */
static bool is_granted_whole(struct change change)
{
    const struct lab_start start =
        helper_start_complete(&(struct lab_start){.arguments = has_queues ? with_queues : NULL});
    const struct lab_plan plan = {.visit = visit};
    char name[IFNAMSIZ];
    unsigned flags;

    run = (struct run){.change = change};
    result = helper_trace(&start, &plan);
    if (run.missing[0] != '\0')
        fail_msg("a port was up without %s", run.missing);
    if (result->tap_fd < 0) {
        helper_assert_refused(result, 0, "");
        return false;
    }
    assert_int_equal(result->exit_code, 0);
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    options_assert_whole(name);
    assert_int_equal(result->fd_count, has_queues ? 4 : 1);
    return true;
}

/* The messages of a start that nothing is done to. */
static struct run record(void)
{
    if (!is_granted_whole((struct change){.kind = CHANGE_NOTHING}))
        fail_msg("refused: %s", result->stderr_text);
    assert_in_range(run.message_count, MESSAGE_FEWEST, MESSAGE_MAX);
    assert_in_range(run.answer_count, MESSAGE_FEWEST / 2, MESSAGE_MAX);
    return run;
}

static void refusal_require(struct change change, const struct message *message, int code)
{
    if (is_granted_whole(change))
        fail_msg("change %d of message %u (type %u, family %u), attribute %u: handed over", change.kind, change.number,
                 message->type, message->family, change.attribute);
    if (code != 0 && result->exit_code != code)
        fail_msg("change %d of message %u: exit %d, not %d: %s", change.kind, change.number, result->exit_code, code,
                 result->stderr_text);
}

static void test_message_refused_by_kernel_nothing_left(void **state)
{
    const struct run usual = record();

    (void)state; /* cmocka's signature, here and below */
    for (unsigned n = 1; n <= usual.message_count; n++)
        refusal_require((struct change){.kind = CHANGE_UNKNOWN, .number = n}, &usual.messages[n], 0);
    options_assert_none_left();
}

/* Everything that sets an option is read back. */
static void test_option_ignored_by_kernel_is_noticed(void **state)
{
    const struct run usual = record();
    unsigned count = 0;

    (void)state;
    for (unsigned n = 1; n <= usual.message_count; n++) {
        const struct message *message = &usual.messages[n];
        if (message->family != AF_BRIDGE || message->type == RTM_GETLINK || message->type == RTM_GETNEIGH ||
            message->type == RTM_GETVLAN)
            continue;
        refusal_require((struct change){.kind = CHANGE_IGNORED, .number = n}, message, 0);
        for (unsigned i = 1; i <= message->attribute_count; i++, count++)
            refusal_require((struct change){.kind = CHANGE_ATTRIBUTE, .number = n, .attribute = i}, message,
                            EXIT_UNAVAILABLE);
        if (message->type == RTM_NEWNEIGH)
            refusal_require((struct change){.kind = CHANGE_NOT_STICKY, .number = n}, message, 0);
    }
    assert_int_equal(count, 6); /* the attributes of isolated, guard and mac */
    options_assert_none_left();
}

static bool is_change(uint16_t type)
{
    return type == RTM_SETLINK || type == RTM_DELLINK || type == RTM_NEWLINKPROP || type == RTM_NEWNEIGH;
}

/* The next number is as good as one that is taken; an entry that is there is removed, and made again. */
static bool is_repeated_after(uint16_t type, int error)
{
    return error == EEXIST && (type == RTM_NEWLINKPROP || type == RTM_NEWNEIGH);
}

/*
 * The helper may go on where the answer does not matter to it, as at the end of one that it has read. Where the kernel
 * says that a change was not made, it must not, except to try again.
 */
static void test_message_answered_with_an_error_whole_or_nothing(void **state)
{
    static const int errors[] = {EPERM, ENOMEM, EBUSY, EOPNOTSUPP, EEXIST, ENODEV};
    const struct run usual = record();
    unsigned changes_answered = 0;

    (void)state;
    for (unsigned n = 1; n <= usual.answer_count; n++) {
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
            const bool is_granted =
                is_granted_whole((struct change){.kind = CHANGE_ANSWER, .number = n, .error = errors[i]});
            const bool is_repeated = is_repeated_after(run.answered, errors[i]);
            changes_answered += is_change(run.answered);
            if (is_granted && is_change(run.answered) && !is_repeated)
                fail_msg("answer %u, to a message of type %u, is '%s': handed over", n, run.answered,
                         strerror(errors[i]));
        }
    }
    assert_true(changes_answered >= 4 * sizeof errors / sizeof *errors); /* number, port, address, up */
    helper_release(result);
    options_assert_none_left();
}

/* The same with several queues. They are asked for just before the tap gets its number; no answer is not a good one. */
static void test_queues_message_refused_ignored_or_answered_whole_or_nothing(void **state)
{
    unsigned count = 0;

    has_queues = true;
    const struct run usual = record();
    for (unsigned n = 1; n < usual.message_count; n++)
        if (usual.messages[n].type == RTM_GETLINK && usual.messages[n + 1].type == RTM_NEWLINKPROP) {
            refusal_require((struct change){.kind = CHANGE_IGNORED, .number = n}, &usual.messages[n], EXIT_TEMPFAIL);
            count++;
        }
    assert_int_equal(count, 1);
    test_message_refused_by_kernel_nothing_left(state);
    test_message_answered_with_an_error_whole_or_nothing(state);
    has_queues = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_message_refused_by_kernel_nothing_left, options_world_setup,
                                        options_world_reset),
        cmocka_unit_test_setup_teardown(test_option_ignored_by_kernel_is_noticed, options_world_setup,
                                        options_world_reset),
        cmocka_unit_test_setup_teardown(test_message_answered_with_an_error_whole_or_nothing, options_world_setup,
                                        options_world_reset),
        cmocka_unit_test_setup_teardown(test_queues_message_refused_ignored_or_answered_whole_or_nothing,
                                        options_world_setup, options_world_reset),
    };

    return cmocka_run_group_tests_name("answers", tests, helper_world_setup, NULL);
}
