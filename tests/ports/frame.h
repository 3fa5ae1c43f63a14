/* SPDX-License-Identifier: MIT
 *
 * Real Ethernet frames, sent and received over descriptors: of a tap, where the program that holds it is the guest, or
 * of a packet socket. Each frame has a number of its own, so that none is taken for another.
 *
 * That a frame does not arrive is not proved by waiting: a second frame is sent after it that does arrive.
 */
#ifndef VMNET_PORTS_FRAME_H
#define VMNET_PORTS_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_BROADCAST "ff:ff:ff:ff:ff:ff"

/* How a frame arrives: with an IEEE 802.1Q tag, of which this is the VLAN identifier; or in one of these ways. */
enum {
    FRAME_UNTAGGED = -1, /* frame_send_tagged() takes this, too */
    FRAME_MISSING = -2,
};

/* Where frames go in and come out. */
struct station {
    int fd;                       /* one frame with each read and write */
    const struct station *beacon; /* whose broadcasts arrive here without fail */
    int beacon_vlan;              /* the tag that they need; FRAME_UNTAGGED */
};

/* A packet socket on an interface: what it sends leaves the host over that interface. The caller closes it. */
int frame_socket_open(const char *interface);

/* Send a frame from one address to another; returns its number. */
uint32_t frame_send(const struct station *station, const char *to, const char *from);
uint32_t frame_send_tagged(const struct station *station, const char *to, const char *from, int vlan);

/* The same for a configuration message of the Spanning Tree Protocol, which offers a better root than any. */
uint32_t frame_send_bpdu(const struct station *station, const char *from);

/* Wait for the frame with this number, and tell how it arrives. Those that arrived before it are dropped. */
int frame_arrival(const struct station *station, uint32_t number);

/* False if the frame with this number, sent by now, arrives before a frame of the station's beacon. Fails the test if
 * the beacon's does not arrive. */
bool frame_is_stopped(const struct station *station, uint32_t number);

#endif
