/* SPDX-License-Identifier: MIT
 *
 * ask BRIDGE [later]: ask vmnet-helperd as vmnet-helper does. With "later", prints "connected" first, and sends the
 * request after it has read a line. Prints the answer: "granted TAP MASTER", "refused CODE TEXT", or "nothing"; then
 * exits with the code, or with 125 for a fault of its own.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    FAULT = 125
};

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(FAULT);
}

static int connect_to_service(void)
{
    static const char *const paths[] = WIRE_SOCKETS;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path, paths[0], strlen(paths[0]));
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        die(paths[0]);
    return fd;
}

/* All bytes up to the end of the connection, and the descriptor that came with them, or -1. */
static size_t receive(int fd, char *bytes, size_t size, int *tap_fd)
{
    size_t len = 0;
    ssize_t more;

    *tap_fd = -1;
    do {
        union {
            struct cmsghdr header;
            char space[CMSG_SPACE(sizeof(int))];
        } control = {.space = {0}};
        struct iovec part = {.iov_base = bytes + len, .iov_len = size - len};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.space,
                                 .msg_controllen = sizeof control.space};
        more = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        if (more < 0 && errno == ECONNRESET) /* it has answered and closed before it read the request */
            break;
        if (more < 0)
            die("recvmsg");
        if (message.msg_controllen >= CMSG_LEN(sizeof(int)) && control.header.cmsg_type == SCM_RIGHTS)
            memcpy(tap_fd, CMSG_DATA(&control.header), sizeof *tap_fd);
        len += (size_t)more;
    } while (more > 0 && len < size);
    return len;
}

static void print_tap(int fd)
{
    struct ifreq request = {.ifr_flags = 0};
    char path[64 + IFNAMSIZ];
    char master[256] = "";

    if (ioctl(fd, TUNGETIFF, &request) != 0)
        die("TUNGETIFF");
    snprintf(path, sizeof path, "/sys/class/net/%s/master", request.ifr_name);
    if (readlink(path, master, sizeof master - 1) < 0)
        die(path);
    printf("granted %s %s\n", request.ifr_name, strrchr(master, '/') + 1);
}

int main(int argc, char **argv)
{
    struct wire_request request = {.magic = {'V', 'M', 'N', '1'}, .queues = 1};
    char line[16];
    char answer[4096];
    int tap_fd;

    if (argc < 2 || argc > 3 || strlen(argv[1]) >= sizeof request.bridge || setvbuf(stdout, NULL, _IOLBF, 0) != 0) {
        fprintf(stderr, "usage: ask BRIDGE [later]\n");
        return FAULT;
    }
    memcpy(request.bridge, argv[1], strlen(argv[1]));
    const int fd = connect_to_service();
    if (argc == 3) {
        puts("connected");
        if (fgets(line, sizeof line, stdin) == NULL)
            return FAULT;
    }
    /* The service may have answered already, and gone. */
    (void)send(fd, &request, sizeof request, MSG_NOSIGNAL);
    const size_t len = receive(fd, answer, sizeof answer, &tap_fd);
    if (len == 0)
        puts("nothing");
    else if (tap_fd >= 0 && answer[0] == 0)
        print_tap(tap_fd);
    else
        printf("refused %d %.*s\n", answer[0], (int)len - 1, answer + 1);
    return len > 0 ? answer[0] : FAULT;
}
