/* SPDX-License-Identifier: MIT */
/* Runs as the caller, on bytes that the caller chose. */
#include "wire_request.h"

#include "clock.h"
#include "message.h"
#include "request.h"
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define TIMEOUT_MS 2000

/* Without a control buffer: descriptors that are sent with the bytes are closed by the kernel, recvmsg(2). */
static void receive(int fd, struct wire_request *wire)
{
    const long long end_ms = clock_now_ms() + TIMEOUT_MS;
    size_t received = 0;

    while (received < sizeof *wire) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        long long left_ms = end_ms - clock_now_ms();
        ssize_t len;
        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) == 0)
            die(EX_TEMPFAIL, "the request did not arrive within 2 seconds; try again");
        len = recv(fd, (char *)wire + received, sizeof *wire - received, MSG_DONTWAIT);
        if (len == 0)
            die(EX_PROTOCOL, "the connection ended before the request was complete");
        if (len < 0 && errno != EAGAIN && errno != EINTR)
            die(EX_OSERR, "cannot read the request: %m");
        received += len > 0 ? (size_t)len : 0;
    }
}

void request_receive(struct request *request, int connection_fd)
{
    static const char magic[] = {WIRE_MAGIC};
    struct wire_request wire;
    size_t len;

    receive(connection_fd, &wire);
    if (memcmp(wire.magic, magic, sizeof wire.magic) != 0 || (wire.flags & ~(unsigned)WIRE_USE_VNET) != 0 ||
        wire.queues < 1 || wire.queues > QUEUES_MAX || wire.zero[0] != 0 || wire.zero[1] != 0)
        die(EX_PROTOCOL, "the service does not understand this request; restart it after an upgrade: 'systemctl "
                         "restart vmnet-helper.service'");
    len = strnlen(wire.bridge, sizeof wire.bridge);
    if (!vmnetacl_name_valid(wire.bridge, len)) /* false for 16 bytes without a NUL, too */
        die(EX_USAGE, "bad bridge name in the request; give the name that 'ip link' shows");
    *request =
        (struct request){.fd = connection_fd, .queues = wire.queues, .use_vnet = (wire.flags & WIRE_USE_VNET) != 0};
    memcpy(request->bridge, wire.bridge, len + 1);
}
