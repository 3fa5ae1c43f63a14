/* SPDX-License-Identifier: MIT */
/*
 * The phases of the helper (helper/main.c) for a caller who has connected to a socket. What the helper gets from
 * execve(2) comes from the connection here: who the caller is, from the kernel; and what he asks for, as bytes.
 * The caller controls these bytes and the time at which they come, and from phase 4 on he can signal the process.
 */
#include "serve.h"

#include "caller.h"
#include "message.h"
#include "peer.h"
#include "phases.h"
#include "privilege.h"
#include "process.h"
#include "request.h"
#include "root.h"
#include "socket.h"
#include "tap.h"
#include "wire_request.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

/* Give the connection another number: inetd(8) makes it stderr as well, to which messages would go. */
static int take_connection(void)
{
    int connection = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (socket_option(STDIN_FILENO, SO_DOMAIN) != AF_UNIX || socket_option(STDIN_FILENO, SO_TYPE) != SOCK_STREAM ||
        socket_option(STDIN_FILENO, SO_ACCEPTCONN) != 0)
        die(EX_USAGE,
            "descriptor 0 is not a connection of an AF_UNIX stream socket; --serve is for s6-ipcserver, inetd "
            "and systemd's Accept=yes");
    if (connection < 0 || null < 0)
        die(EX_OSERR, "cannot take the connection from descriptor 0: %m");
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2(null, fd) != fd)
            die(EX_OSERR, "cannot make descriptor %d /dev/null: %m", fd);
    (void)close(null); /* never written to */
    return connection;
}

noreturn void serve_run(int argc)
{
    struct caller caller;
    struct request request;
    struct tap tap;
    int connection;

    /* 1. A sane process, which has the privilege that it needs. */
    process_make_sane(argc);
    (void)prctl(PR_SET_NAME, "vmnet-helperd"); /* for ps(1): else it is "exe", the name that the loop executes */
    connection = take_connection();
    message_answer_to(connection);
    root_require();

    /* 2. The device, which only root may open on some hosts. */
    tap_open(&tap);

    /* 3. Who asks, and from where. */
    caller_capture_peer(&caller, connection);
    peer_require_user_namespace(&caller, connection);

    /* 4. From here on we are the caller, with one capability that is not in effect. */
    privilege_drop_to_caller(&caller);

    /* 5. What is asked for; and on to phase 10. */
    request_receive(&request, connection);
    phases_run(&request, &caller, &tap);
}
