/* SPDX-License-Identifier: MIT */
/*
 * vmnet-helperd: answers requests for taps over a socket, for callers whom a setuid program cannot serve: those under
 * no_new_privs, in sandboxes and in containers; and on systems that have no setuid program.
 *
 * Theory of operation
 *
 * Root's init system starts this program; it is never setuid. With --listen it is the loop, which accepts connections
 * and reads nothing from them. It knows three things about a caller: from the kernel, his uid, and whether the client
 * is in our own user namespace; from /etc/subuid, whether the uid is a subordinate id. For each connection it executes
 * itself with --serve. That process, an instance, goes through the same phases as vmnet-helper (helper/main.c): it
 * finds out who has connected, becomes that user with one capability, and only then reads the request. So no process
 * with root's rights reads what a caller has written. The loop limits how many instances each user can have
 * (callers.h). It kills each after 15 seconds, since a caller can stop an instance, which has his uid.
 *
 * A process under no_new_privs can use a socket, but not a setuid program: SECURITY.md says what that means. peer.c
 * says in which namespaces a caller may be.
 */
#include "listener.h"
#include "loop.h"
#include "message.h"
#include "root.h"
#include "serve.h"
#include "vmnetacl.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define USAGE "usage: vmnet-helperd --listen [PATH [--mode=MODE]] | --serve | --version"

/* One to four octal digits: at most 0777. */
static mode_t read_mode(const char *digits)
{
    mode_t mode = 0;

    for (const char *at = digits; *at != '\0' || at == digits; at++) {
        if (*at < '0' || *at > '7' || at - digits >= 4 || mode > 077)
            die(EX_USAGE, "bad mode '%.16s': it must be octal and at most 0777, as in --mode=0660", digits);
        mode = mode * 8 + (mode_t)(*at - '0');
    }
    return mode;
}

static void listen_at(const char *path, mode_t mode)
{
    int fd = listener_make(path, mode);

    root_limit_capabilities();
    loop_run(fd, -1);
    if (unlink(path) != 0)
        die(EX_OSERR, "cannot remove the socket '%s': %m", path);
}

static void listen_for_systemd(void)
{
    int fd = listener_from_systemd();

    if (fd < 0)
        die(EX_USAGE, "no path is given, and systemd has passed no socket; " USAGE);
    root_limit_capabilities();
    loop_run(fd, LOOP_IDLE_MS);
}

static noreturn void listen_run(int argc, char *const argv[])
{
    mode_t mode = 0666;

    if (argc == 4 && strncmp(argv[3], "--mode=", 7) == 0)
        mode = read_mode(argv[3] + 7);
    else if (argc > 3)
        die(EX_USAGE, USAGE);
    root_require();
    if (argc > 2)
        listen_at(argv[2], mode);
    else
        listen_for_systemd();
    _exit(EX_OK);
}

static noreturn void print_version(void)
{
    static const char version[] = "vmnet-helperd " VMNETACL_VERSION "\n";

    _exit(write(STDOUT_FILENO, version, sizeof version - 1) == (ssize_t)(sizeof version - 1) ? EX_OK : EX_OSERR);
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--serve") == 0)
        serve_run(argc);
    if (argc >= 2 && strcmp(argv[1], "--listen") == 0)
        listen_run(argc, argv);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        print_version();
    die(EX_USAGE, USAGE);
}
