/* SPDX-License-Identifier: MIT */
/*
 * Runs when the helper is built, on the machine that builds: prints the seccomp filter for the machine that the helper
 * is for, as the bytes of its program, which libseccomp writes in that machine's order.
 *
 *     filter_generate [ARCHITECTURE]      (a name that seccomp_arch_resolve_name(3) knows; without it, this machine's)
 */
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALLOW(call, ...) check(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(call), __VA_ARGS__), #call)
/* The kernel looks at 32 bits of these arguments, so the filter does too. */
#define ARGUMENT_IS(number, value) SCMP_CMP(number, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value))

static void check(int status, const char *what)
{
    if (status == 0)
        return;
    fprintf(stderr, "filter_generate: %s: %s\n", what, strerror(-status));
    exit(EXIT_FAILURE);
}

/* All that the helper does once it is locked in: create the tap, plug it in, hand it over, say how it went, end. */
static void add_rules(scmp_filter_ctx filter)
{
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETIFF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNGETIFF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, SIOCGIFINDEX));
    ALLOW(socket, 3, ARGUMENT_IS(0, AF_NETLINK), ARGUMENT_IS(1, SOCK_RAW | SOCK_CLOEXEC),
          ARGUMENT_IS(2, NETLINK_ROUTE));
    ALLOW(sendmsg, 0);
    ALLOW(recvmsg, 0);
    ALLOW(capget, 0);
    ALLOW(capset, 0);
    ALLOW(write, 1, ARGUMENT_IS(0, STDERR_FILENO));
    ALLOW(close, 0);
    ALLOW(exit_group, 0);
}

static void print_program(FILE *program)
{
    int byte;
    unsigned long count = 0;

    printf("#define FILTER_TUNSETIFF %luUL\n"
           "_Alignas(8) static const unsigned char filter_program[] = {",
           (unsigned long)TUNSETIFF);
    while ((byte = getc(program)) != EOF)
        printf("%s0x%02x,", count++ % 16 == 0 ? "\n    " : " ", (unsigned)byte);
    printf("\n};\n");
    if (ferror(program) || count == 0 || count % 8 != 0 || fflush(stdout) != 0)
        check(-EIO, "print the program");
}

int main(int argc, char *argv[])
{
    uint32_t target = argc > 1 ? seccomp_arch_resolve_name(argv[1]) : seccomp_arch_native();
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    FILE *program = tmpfile();

    if (target == 0 || filter == NULL || program == NULL)
        check(-EINVAL, "usage: filter_generate [ARCHITECTURE]");
    if (target != seccomp_arch_native()) {
        /* In this order: one filter cannot be for machines of two byte orders. */
        check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "remove the native architecture");
        check(seccomp_arch_add(filter, target), argv[1]);
    }
    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "set the answer to others");
    add_rules(filter);
    check(seccomp_export_bpf(filter, fileno(program)), "export the filter");
    rewind(program);
    print_program(program);
    seccomp_release(filter);
    return fclose(program) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
