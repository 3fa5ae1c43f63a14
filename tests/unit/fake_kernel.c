/* SPDX-License-Identifier: MIT */
#include "fake_kernel.h"

#include "child.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define NETLINK_FD 1001
#define HEADER_LEN sizeof(struct nlmsghdr)
#define ATTRIBUTE  sizeof(struct nlattr)

static struct fake_kernel *kernel;

/* The answers that wait, a part each. */
static struct {
    size_t len;
    _Alignas(8) unsigned char bytes[16384];
} parts[128];
static size_t parts_count, parts_taken;
static bool is_new_part;

static size_t aligned(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

static const void *data_of(const struct nlmsghdr *request)
{
    return (const char *)request + HEADER_LEN;
}

struct fake_kernel *fake_kernel_start(void)
{
    if (kernel == NULL)
        kernel = mmap(NULL, sizeof *kernel, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (kernel == MAP_FAILED)
        abort();
    memset(kernel, 0, sizeof *kernel);
    kernel->stp = kernel->vlan_filtering = 1;
    kernel->pvid = 1;
    kernel->number = -1;
    kernel->attributes[IFLA_BRPORT_LEARNING] = kernel->attributes[IFLA_BRPORT_UNICAST_FLOOD] = 1;
    parts_count = parts_taken = 0;
    return kernel;
}

/* Append a message to the last part, or to a new one. Returns it, with room for attributes after it. */
static struct nlmsghdr *put_message(uint16_t type, uint32_t sequence, const void *header, size_t header_len)
{
    struct nlmsghdr *message;

    if (is_new_part || parts_count == 0) {
        CHILD_CHECK(parts_count < sizeof parts / sizeof parts[0]);
        parts[parts_count++].len = 0;
        is_new_part = false;
    }
    message = (struct nlmsghdr *)(void *)(parts[parts_count - 1].bytes + parts[parts_count - 1].len);
    memset(message, 0, HEADER_LEN + aligned(header_len));
    message->nlmsg_len = (uint32_t)(HEADER_LEN + header_len);
    message->nlmsg_type = type;
    message->nlmsg_seq = sequence;
    message->nlmsg_flags = kernel->is_inconsistent ? NLM_F_DUMP_INTR : 0;
    memcpy(NLMSG_DATA(message), header, header_len);
    parts[parts_count - 1].len += HEADER_LEN + aligned(header_len);
    return message;
}

static struct nlattr *put(struct nlmsghdr *message, uint16_t type, const void *data, size_t data_len)
{
    struct nlattr *attribute = (struct nlattr *)(void *)((char *)message + aligned(message->nlmsg_len));

    CHILD_CHECK(parts[parts_count - 1].len + 8 + data_len <= sizeof parts[0].bytes);
    memset(attribute, 0, aligned(ATTRIBUTE + data_len));
    attribute->nla_type = type;
    attribute->nla_len = (uint16_t)(ATTRIBUTE + data_len);
    if (data_len > 0)
        memcpy(attribute + 1, data, data_len);
    message->nlmsg_len = (uint32_t)aligned(message->nlmsg_len) + (uint32_t)aligned(attribute->nla_len);
    parts[parts_count - 1].len += aligned(attribute->nla_len);
    return attribute;
}

static void end_nest(struct nlmsghdr *message, struct nlattr *nest)
{
    nest->nla_len = (uint16_t)((char *)message + message->nlmsg_len - (char *)nest);
}

static void acknowledge(const struct nlmsghdr *request, int error)
{
    const struct nlmsgerr answer = {.error = -error, .msg = *request};

    is_new_part = true;
    (void)put_message(NLMSG_ERROR, request->nlmsg_seq, &answer, sizeof answer);
    is_new_part = true;
}

static const struct nlattr *find_in(const void *from, size_t len, unsigned type)
{
    for (const char *at = from; (size_t)(at - (const char *)from) + ATTRIBUTE <= len;) {
        const struct nlattr *attribute = (const struct nlattr *)(const void *)at;
        if ((attribute->nla_type & NLA_TYPE_MASK) == type)
            return attribute;
        at += aligned(attribute->nla_len);
    }
    return NULL;
}

static const struct nlattr *find(const struct nlmsghdr *request, size_t header_len, unsigned type)
{
    return find_in((const char *)request + HEADER_LEN + aligned(header_len),
                   request->nlmsg_len - HEADER_LEN - aligned(header_len), type);
}

static const struct nlattr *inside(const struct nlattr *nest, unsigned type)
{
    return nest == NULL ? NULL : find_in(nest + 1, nest->nla_len - ATTRIBUTE, type);
}

static void show_bridge(const struct nlmsghdr *request)
{
    const struct ifinfomsg link = {.ifi_index = FAKE_BRIDGE};
    const bool has_changed = ++kernel->settings_asked >= kernel->changes_at && kernel->changes_at != 0;
    const uint32_t stp = has_changed ? 0 : kernel->stp;
    const uint8_t filtering = has_changed ? 0 : kernel->vlan_filtering;
    struct nlmsghdr *message = put_message(RTM_NEWLINK, request->nlmsg_seq, &link, sizeof link);
    struct nlattr *info = put(message, IFLA_LINKINFO, NULL, 0);
    struct nlattr *data = put(message, IFLA_INFO_DATA, NULL, 0);

    (void)put(message, IFLA_BR_STP_STATE, &stp, sizeof stp);
    (void)put(message, IFLA_BR_VLAN_FILTERING, &filtering, sizeof filtering);
    (void)put(message, IFLA_BR_VLAN_DEFAULT_PVID, &kernel->pvid, sizeof kernel->pvid);
    end_nest(message, data);
    end_nest(message, info);
}

static void show_tap(const struct nlmsghdr *request)
{
    const struct ifinfomsg link = {.ifi_index = FAKE_TAP};
    const uint32_t master = kernel->loses_master ? 0 : kernel->master;
    struct nlmsghdr *message = put_message(RTM_NEWLINK, request->nlmsg_seq, &link, sizeof link);
    struct nlattr *info, *data;

    (void)put(message, IFLA_MASTER, &master, sizeof master);
    info = put(message, IFLA_LINKINFO, NULL, 0);
    data = put(message, IFLA_INFO_SLAVE_DATA, NULL, 0);
    for (uint16_t i = 1; i < FAKE_PORT_ATTRIBUTES; i++)
        if (i != kernel->unknown)
            (void)put(message, i, &kernel->attributes[i], 1);
    end_nest(message, data);
    end_nest(message, info);
}

static void show_ports(const struct nlmsghdr *request)
{
    const struct ifinfomsg link = {.ifi_index = FAKE_OTHER};
    const int done = 0;

    for (size_t i = 0; i < FAKE_NUMBERS; i++) {
        char name[64];
        struct nlmsghdr *message;
        struct nlattr *names;
        is_new_part = is_new_part || i % 50 == 0;
        if (!kernel->used[i] || kernel->hidden[i])
            continue;
        message = put_message(RTM_NEWLINK, request->nlmsg_seq, &link, sizeof link);
        names = put(message, IFLA_PROP_LIST | NLA_F_NESTED, NULL, 0);
        (void)put(message, IFLA_ALT_IFNAME, "vmnet-helper.1000.12.x", 23); /* no number */
        (void)put(message, IFLA_ALT_IFNAME, "vmnet-helper.10001.2.0", 23); /* of other users and bridges */
        (void)put(message, IFLA_ALT_IFNAME, "vmnet-helper.1000.13.0", 23);
        (void)put(message, IFLA_ALT_IFNAME, "vmnet-helper.1000.12.9999", 26);
        (void)snprintf(name, sizeof name, "vmnet-helper.1000.12.%zu", i); /* always fits */
        (void)put(message, IFLA_ALT_IFNAME, name, strlen(name) + 1);
        end_nest(message, names);
    }
    for (unsigned i = 0; i < kernel->other_ports; i++) {
        if (i % 100 == 99)
            is_new_part = true;
        (void)put_message(RTM_NEWLINK, request->nlmsg_seq, &link, sizeof link);
    }
    (void)put_message(NLMSG_DONE, request->nlmsg_seq, &done, sizeof done);
    is_new_part = true;
}

/* -1: none of this bridge and user. */
static int number_of(const struct nlattr *name)
{
    int number, len = 0;

    CHILD_CHECK(name != NULL && name->nla_len > ATTRIBUTE && ((const char *)name)[name->nla_len - 1] == '\0');
    return sscanf((const char *)(name + 1), "vmnet-helper.1000.12.%d%n", &number, &len) == 1 ? number : -1;
}

static void answer_getlink(const struct nlmsghdr *request)
{
    const struct ifinfomsg *link = data_of(request);
    const struct nlattr *name = find(request, sizeof *link, IFLA_ALT_IFNAME);
    const struct ifinfomsg found = {.ifi_index = FAKE_OTHER};

    CHILD_CHECK(find(request, sizeof *link, IFLA_EXT_MASK) != NULL);
    is_new_part = true;
    if ((request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
        CHILD_CHECK(*(const int *)(const void *)(find(request, sizeof *link, IFLA_MASTER) + 1) == FAKE_BRIDGE);
        show_ports(request);
        return;
    }
    if (name != NULL && !kernel->used[number_of(name)]) {
        acknowledge(request, ENODEV);
        return;
    }
    if (name == NULL && link->ifi_index == FAKE_BRIDGE && kernel->is_missing) {
        acknowledge(request, ENODEV);
        return;
    }
    if (name != NULL)
        (void)put_message(RTM_NEWLINK, request->nlmsg_seq, &found, sizeof found);
    else if (link->ifi_index == FAKE_BRIDGE)
        show_bridge(request);
    else
        show_tap(request);
    if ((request->nlmsg_flags & NLM_F_ACK) != 0)
        acknowledge(request, 0);
}

static void change_vlans(const struct nlattr *spec, bool is_added)
{
    const struct nlattr *attribute = inside(spec, IFLA_BRIDGE_VLAN_INFO);
    struct bridge_vlan_info info;
    size_t at = 0;

    if (attribute == NULL)
        return;
    memcpy(&info, attribute + 1, sizeof info);
    while (at < 3 && kernel->vlans[at] != (is_added ? 0 : info.vid))
        at++;
    kernel->vlans[at] = is_added ? info.vid : 0;
    if (is_added && (info.flags & BRIDGE_VLAN_INFO_PVID) != 0 && (info.flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0)
        kernel->untagged = info.vid;
}

static void change_port(const struct nlattr *options)
{
    for (uint16_t i = 1; i < FAKE_PORT_ATTRIBUTES; i++) {
        const struct nlattr *attribute = inside(options, i);
        if (attribute != NULL && i != kernel->unknown)
            kernel->attributes[i] = *(const uint8_t *)(attribute + 1);
    }
}

static int change_link(const struct nlmsghdr *request)
{
    const struct ifinfomsg *link = data_of(request);
    const struct nlattr *master = find(request, sizeof *link, IFLA_MASTER);

    CHILD_CHECK(link->ifi_index == FAKE_TAP);
    if (link->ifi_family == AF_BRIDGE) {
        if (kernel->master != FAKE_BRIDGE)
            return EINVAL;
        change_port(find(request, sizeof *link, IFLA_PROTINFO));
        change_vlans(find(request, sizeof *link, IFLA_AF_SPEC), request->nlmsg_type == RTM_SETLINK);
        return 0;
    }
    if (master != NULL) {
        kernel->master = *(const uint32_t *)(const void *)(master + 1);
        kernel->vlans[0] = kernel->untagged = kernel->pvid;
    }
    if ((link->ifi_change & IFF_UP) != 0) {
        kernel->is_up = true;
        kernel->was_up_early = kernel->master != FAKE_BRIDGE;
    }
    return 0;
}

static int add_number(const struct nlmsghdr *request)
{
    const struct nlattr *list = find(request, sizeof(struct ifinfomsg), IFLA_PROP_LIST);
    int number = number_of(inside(list, IFLA_ALT_IFNAME));

    CHILD_CHECK(number >= 0 && number < FAKE_NUMBERS && kernel->master == 0);
    if (kernel->used[number])
        return EEXIST;
    CHILD_CHECK(kernel->number == -1);
    kernel->number = number;
    return 0;
}

/* Without VLAN filtering: an entry without a VLAN is one in VLAN 0 and one in the default VLAN. */
static bool has_two_entries(void)
{
    return kernel->vlan_filtering == 0 && kernel->pvid != 0;
}

static int remove_entry(int index, bool has_vlan)
{
    bool is_there = false;

    if (!has_vlan || !has_two_entries()) {
        is_there = kernel->entry_index == index;
        if (is_there)
            kernel->entry_index = kernel->learned_again > 0 ? FAKE_OTHER : 0;
        kernel->learned_again -= is_there && kernel->learned_again > 0;
    }
    if (has_two_entries() && kernel->pvid_entry_index == index) {
        is_there = true;
        kernel->pvid_entry_index = 0;
    }
    return is_there ? 0 : ENOENT;
}

static int change_entry(const struct nlmsghdr *request)
{
    const struct ndmsg *entry = data_of(request);
    const struct nlattr *vlan = find(request, sizeof *entry, NDA_VLAN);

    if (request->nlmsg_type == RTM_DELNEIGH)
        return remove_entry(entry->ndm_ifindex, vlan != NULL);
    CHILD_CHECK((request->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL)) == (NLM_F_CREATE | NLM_F_EXCL));
    if (kernel->entry_index != 0)
        return EEXIST;
    kernel->entry_index = kernel->entry_moves ? FAKE_OTHER : entry->ndm_ifindex;
    kernel->entry_state = entry->ndm_state;
    kernel->entry_flags = entry->ndm_flags;
    kernel->entry_vlan = vlan == NULL ? 0 : *(const uint16_t *)(const void *)(vlan + 1);
    if (has_two_entries() && kernel->pvid_entry_index != 0)
        return EEXIST;
    kernel->pvid_entry_index = has_two_entries() ? entry->ndm_ifindex : 0;
    kernel->pvid_entry_state = entry->ndm_state;
    return 0;
}

static void answer_getneigh(const struct nlmsghdr *request)
{
    const bool is_pvid = has_two_entries() && find(request, sizeof(struct ndmsg), NDA_VLAN) != NULL;
    const struct ndmsg entry = {.ndm_ifindex = is_pvid ? kernel->pvid_entry_index : kernel->entry_index,
                                .ndm_state = is_pvid ? kernel->pvid_entry_state : kernel->entry_state,
                                .ndm_flags = is_pvid ? 0 : kernel->entry_flags};

    if (entry.ndm_ifindex == 0) {
        acknowledge(request, ENOENT);
        return;
    }
    is_new_part = true;
    (void)put_message(RTM_NEWNEIGH, request->nlmsg_seq, &entry, sizeof entry);
    acknowledge(request, 0);
}

static void answer_getvlan(const struct nlmsghdr *request)
{
    const struct br_vlan_msg port = {.family = AF_BRIDGE, .ifindex = FAKE_TAP};
    const int done = 0;
    struct nlmsghdr *message;

    is_new_part = true;
    message = put_message(RTM_NEWVLAN, request->nlmsg_seq, &port, sizeof port);
    kernel->vlans[3] = kernel->gains_vlan ? 7 : 0;
    for (size_t i = 0; i < 4; i++) {
        struct bridge_vlan_info info = {.vid = kernel->vlans[i]};
        struct nlattr *entry;
        if (info.vid == 0)
            continue;
        info.flags = info.vid == kernel->untagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0;
        entry = put(message, BRIDGE_VLANDB_ENTRY | NLA_F_NESTED, NULL, 0);
        (void)put(message, BRIDGE_VLANDB_ENTRY_INFO, &info, sizeof info);
        end_nest(message, entry);
    }
    (void)put_message(NLMSG_DONE, request->nlmsg_seq, &done, sizeof done);
    is_new_part = true;
}

static void answer_change(const struct nlmsghdr *request, int error)
{
    if (error != 0 || (request->nlmsg_flags & NLM_F_ACK) != 0)
        acknowledge(request, error);
}

static void answer(const struct nlmsghdr *request)
{
    if (++kernel->messages == kernel->failing_message) {
        if (!kernel->is_silent)
            acknowledge(request, kernel->failing_error);
        return;
    }
    switch (request->nlmsg_type) {
    case RTM_GETLINK:
        answer_getlink(request);
        break;
    case RTM_GETNEIGH:
        answer_getneigh(request);
        break;
    case RTM_GETVLAN:
        answer_getvlan(request);
        break;
    case RTM_NEWLINKPROP:
        answer_change(request, add_number(request));
        break;
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
        answer_change(request, change_entry(request));
        break;
    default:
        CHILD_CHECK(request->nlmsg_type == RTM_SETLINK || request->nlmsg_type == RTM_DELLINK);
        answer_change(request, change_link(request));
    }
}

long __wrap_syscall(long number, int domain, int type, int protocol);
int __real_close(int fd);
int __wrap_close(int fd);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);

long __wrap_syscall(long number, int domain, int type, int protocol)
{
    (void)number;
    (void)type;
    CHILD_CHECK(domain == AF_NETLINK && protocol == NETLINK_ROUTE);
    parts_count = parts_taken = 0; /* a socket of its own */
    return NETLINK_FD;
}

int __wrap_close(int fd)
{
    return fd == NETLINK_FD ? 0 : __real_close(fd);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    size_t len = message->msg_iov->iov_len;

    (void)fd;
    (void)flags;
    if (parts_taken == parts_count)
        parts_count = parts_taken = 0;
    is_new_part = true;
    for (size_t at = 0; at < len;) {
        const struct nlmsghdr *request =
            (const struct nlmsghdr *)(const void *)((const char *)message->msg_iov->iov_base + at);
        CHILD_CHECK(len - at >= sizeof *request && request->nlmsg_len <= len - at);
        answer(request);
        at += aligned(request->nlmsg_len);
    }
    return (ssize_t)len;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    size_t len;

    (void)fd;
    CHILD_CHECK(flags == MSG_DONTWAIT);
    if (parts_taken == parts_count) {
        errno = EAGAIN;
        return -1;
    }
    len = parts[parts_taken].len;
    message->msg_flags = len > message->msg_iov->iov_len ? MSG_TRUNC : 0;
    len = len > message->msg_iov->iov_len ? message->msg_iov->iov_len : len;
    memcpy(message->msg_iov->iov_base, parts[parts_taken++].bytes, len);
    memset(message->msg_name, 0, sizeof(struct sockaddr_nl));
    return (ssize_t)len;
}
