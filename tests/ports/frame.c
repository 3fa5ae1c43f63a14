/* SPDX-License-Identifier: MIT
 *
 * See frame.h.
 */
#define _GNU_SOURCE
#include "frame.h"

#include "helper.h"
#include "run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FRAME_TYPE = 0x88b5, /* IEEE 802: for local experiments */
    FRAME_LEN = 64,
    ADDRESSES_LEN = 2 * ETHER_ADDR_LEN,
    TAG_LEN = 4,
    RECEIVED_MAX = 2048,
    DEADLINE_MS = 60000,
    VLAN_MASK = 0xfff,
    BPDU_LEN = 38,
    BPDU_NUMBER_AT = ETHER_HDR_LEN + BPDU_LEN, /* in the padding */
};

#define BPDU_ADDRESS "01:80:c2:00:00:00"
#define BEACON       "52:54:00:be:ac:00"

/* What was read from a station. */
struct received {
    uint8_t bytes[RECEIVED_MAX];
    ssize_t len;
    int vlan;        /* or FRAME_UNTAGGED */
    uint32_t number; /* 0: not one of ours */
};

static uint32_t last_number;

int frame_socket_open(const char *interface)
{
    const struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                        .sll_protocol = htons(ETH_P_ALL),
                                        .sll_ifindex = (int)if_nametoindex(interface)};
    const int one = 1;
    const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* which receives nothing before it is bound */

    if (address.sll_ifindex == 0 || fd < 0)
        lab_die(interface);
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        lab_die(interface);
    return fd;
}

static void addresses_put(uint8_t *frame, const char *to, const char *from)
{
    struct ether_addr address;

    if (ether_aton_r(to, &address) == NULL)
        lab_die(to);
    memcpy(frame, &address, ETHER_ADDR_LEN);
    if (ether_aton_r(from, &address) == NULL)
        lab_die(from);
    memcpy(frame + ETHER_ADDR_LEN, &address, ETHER_ADDR_LEN);
}

static void word_put(uint8_t *at, int value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static int word_get(const uint8_t *at)
{
    return at[0] << 8 | at[1];
}

static void frame_write(const struct station *station, const uint8_t *frame, size_t frame_len)
{
    if (write(station->fd, frame, frame_len) != (ssize_t)frame_len)
        lab_die("cannot send a frame");
}

uint32_t frame_send(const struct station *station, const char *to, const char *from)
{
    return frame_send_tagged(station, to, from, FRAME_UNTAGGED);
}

uint32_t frame_send_tagged(const struct station *station, const char *to, const char *from, int vlan)
{
    uint8_t frame[FRAME_LEN] = {0};
    uint8_t *type = frame + ADDRESSES_LEN;

    addresses_put(frame, to, from);
    if (vlan != FRAME_UNTAGGED) {
        word_put(type, ETHERTYPE_VLAN);
        word_put(type + 2, vlan);
        type += TAG_LEN;
    }
    word_put(type, FRAME_TYPE);
    last_number++;
    memcpy(type + 2, &last_number, sizeof last_number);
    frame_write(station, frame, sizeof frame);
    return last_number;
}

/* IEEE 802.1D, 9.3.1, after the header of IEEE 802.2. */
uint32_t frame_send_bpdu(const struct station *station, const char *from)
{
    static const uint8_t message[BPDU_LEN] = {
        0x42, 0x42, 0x03,                        /* LLC: spanning tree, unnumbered */
        0,    0,    0,    0, 0,                  /* protocol, version, type, flags */
        0,    0,    2,    0, 0,  0, 0, 1,        /* the root: the lowest priority wins */
        0,    0,    0,    0,                     /* the cost of the path to it */
        0,    0,    2,    0, 0,  0, 0, 1,        /* the bridge that sends this */
        0x80, 1,    0,    0, 20, 0, 2, 0, 15, 0, /* port; message age, maximum age, hello time, forward delay */
    };
    uint8_t frame[FRAME_LEN] = {0};

    addresses_put(frame, BPDU_ADDRESS, from);
    word_put(frame + ADDRESSES_LEN, sizeof message);
    memcpy(frame + ETHER_HDR_LEN, message, sizeof message);
    last_number++;
    memcpy(frame + BPDU_NUMBER_AT, &last_number, sizeof last_number);
    frame_write(station, frame, sizeof frame);
    return last_number;
}

static void received_parse(struct received *received)
{
    const uint8_t *type = received->bytes + ADDRESSES_LEN;

    received->vlan = FRAME_UNTAGGED;
    received->number = 0;
    if (received->len < FRAME_LEN - TAG_LEN) /* the bridge adds and removes tags */
        return;
    if (word_get(type) == ETHERTYPE_VLAN) {
        received->vlan = word_get(type + 2) & VLAN_MASK;
        type += TAG_LEN;
    }
    if (word_get(type) == FRAME_TYPE)
        memcpy(&received->number, type + 2, sizeof received->number);
    else if (word_get(type) == BPDU_LEN)
        memcpy(&received->number, received->bytes + BPDU_NUMBER_AT, sizeof received->number);
}

/* Read the next frame of whatever kind; false when none comes until the deadline. */
static bool frame_read(const struct station *station, long long deadline, struct received *received)
{
    struct pollfd watched = {.fd = station->fd, .events = POLLIN};
    const long long rest = deadline - lab_now_ms();
    const int count = poll(&watched, 1, rest < 0 ? 0 : (int)rest);

    if (count < 0)
        lab_die("poll");
    if (count == 0)
        return false;
    received->len = read(station->fd, received->bytes, sizeof received->bytes);
    if (received->len < 0)
        lab_die("cannot receive a frame");
    received_parse(received);
    return true;
}

int frame_arrival(const struct station *station, uint32_t number)
{
    const long long deadline = lab_now_ms() + DEADLINE_MS;
    struct received received;

    while (frame_read(station, deadline, &received))
        if (received.number == number)
            return received.vlan;
    return FRAME_MISSING;
}

bool frame_is_stopped(const struct station *station, uint32_t number)
{
    const uint32_t beacon = frame_send_tagged(station->beacon, FRAME_BROADCAST, BEACON, station->beacon_vlan);
    const long long deadline = lab_now_ms() + DEADLINE_MS;
    struct received received;
    bool stopped = true;

    while (frame_read(station, deadline, &received)) {
        if (received.number == number)
            stopped = false;
        if (received.number == beacon)
            return stopped;
    }
    fail_msg("a frame that nothing stops does not arrive");
    return false;
}
