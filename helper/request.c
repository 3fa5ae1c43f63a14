/* SPDX-License-Identifier: MIT */
/* Runs as the caller, on bytes that the caller chose. */
#include "request.h"

#include "message.h"

#include <limits.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define USAGE "usage: vmnet-helper [--use-vnet] [--queues=NUMBER] --br=BRIDGE --fd=DESCRIPTOR"

/* The value of argument when it is option followed by a value, else NULL. */
static const char *option_value(const char *argument, const char *option)
{
    size_t len = strlen(option);

    return strncmp(argument, option, len) == 0 ? argument + len : NULL;
}

static void read_bridge(struct request *request, const char *name)
{
    size_t len = strnlen(name, sizeof request->bridge);

    if (!vmnetacl_name_valid(name, len))
        die(EX_USAGE,
            "bad bridge name '%.64s': a name has 1 to 15 bytes, without blanks, control bytes, '/', ':' and '%%', and "
            "is not '.' or '..'; give the name that 'ip link' shows",
            name);
    memcpy(request->bridge, name, len + 1);
}

/*
 * Only digits: atoi() and strtol() accept "+8", " 8" and "8x" as 8, and a number that is too large as another one.
 * Returns -1 for what is not a number, or too large for an int.
 */
static int read_number(const char *digits)
{
    int number = 0;

    for (const char *at = digits; *at != '\0' || at == digits; at++) {
        if (*at < '0' || *at > '9' || number > (INT_MAX - 9) / 10)
            return -1;
        number = number * 10 + (*at - '0');
    }
    return number;
}

static int read_descriptor(const char *digits)
{
    int fd = read_number(digits);

    if (fd < 0)
        die(EX_USAGE, "bad descriptor '%.64s': --fd takes the decimal number of an open socket; " USAGE, digits);
    if (fd <= STDERR_FILENO)
        die(EX_USAGE, "bad descriptor %d: 0, 1 and 2 are input, output and errors; give another with --fd", fd);
    return fd;
}

static unsigned read_queues(const char *digits)
{
    int queues = read_number(digits);

    if (queues < 1 || queues > QUEUES_MAX)
        die(EX_USAGE, "bad number of queues '%.64s': --queues takes a decimal number from 1 to %d; " USAGE, digits,
            QUEUES_MAX);
    return (unsigned)queues;
}

static noreturn void print_version(void)
{
    static const char version[] = "vmnet-helper " VMNETACL_VERSION "\n";

    _exit(write(STDOUT_FILENO, version, sizeof version - 1) == (ssize_t)(sizeof version - 1) ? EX_OK : EX_OSERR);
}

static void read_arguments(struct request *request, int argc, char *const argv[])
{
    for (int i = 1; i < argc; i++) {
        const char *bridge = option_value(argv[i], "--br=");
        const char *fd = option_value(argv[i], "--fd=");
        const char *queues = option_value(argv[i], "--queues=");
        if (strcmp(argv[i], "--version") == 0)
            print_version();
        if (strcmp(argv[i], "--use-vnet") == 0)
            request->use_vnet = true;
        else if (bridge != NULL)
            read_bridge(request, bridge);
        else if (fd != NULL)
            request->fd = read_descriptor(fd);
        else if (queues != NULL)
            request->queues = read_queues(queues);
        else
            die(EX_USAGE, "unknown argument '%.64s'; " USAGE, argv[i]);
    }
    if (request->bridge[0] == '\0')
        die(EX_USAGE, "no bridge given; " USAGE);
    if (request->fd < 0)
        die(EX_USAGE, "no descriptor given: QEMU passes --fd itself when it starts its helper; " USAGE);
}

void request_read(struct request *request, int argc, char *const argv[])
{
    *request = (struct request){.fd = -1, .queues = 1};
    read_arguments(request, argc, argv);
}
