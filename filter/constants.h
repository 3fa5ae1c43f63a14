/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The numbers that the filters compare with. Many differ between architectures, such as TUNSETIFF's, and only the
 * target's compiler knows them. constants.c is compiled for the target and never run: its object file holds them, and
 * generate.c, which runs on the building machine, finds them there.
 */
#define CONSTANTS(CONSTANT)                                                                                            \
    CONSTANT(TARGET_ARCHITECTURE)                                                                                      \
    CONSTANT(AF_INET)                                                                                                  \
    CONSTANT(AF_INET6)                                                                                                 \
    CONSTANT(AF_NETLINK)                                                                                               \
    CONSTANT(FUTEX_CLOCK_REALTIME)                                                                                     \
    CONSTANT(FUTEX_WAIT_BITSET_PRIVATE)                                                                                \
    CONSTANT(FUTEX_WAIT_PRIVATE)                                                                                       \
    CONSTANT(ITIMER_REAL)                                                                                              \
    CONSTANT(NETLINK_ROUTE)                                                                                            \
    CONSTANT(PR_SET_DUMPABLE)                                                                                          \
    CONSTANT(SIOCGIFINDEX)                                                                                             \
    CONSTANT(SOCK_RAW_CLOEXEC)                                                                                         \
    CONSTANT(STDERR_FILENO)                                                                                            \
    CONSTANT(TUNDETACHFILTER)                                                                                          \
    CONSTANT(TUNGETIFF)                                                                                                \
    CONSTANT(TUNSETFILTEREBPF)                                                                                         \
    CONSTANT(TUNSETIFF)                                                                                                \
    CONSTANT(TUNSETOWNER)                                                                                              \
    CONSTANT(TUNSETSTEERINGEBPF)

#define CONSTANT_INDEX(name) INDEX_OF_##name,
enum constant_index {
    CONSTANTS(CONSTANT_INDEX) CONSTANT_COUNT
};

/* The object file may have another byte order and alignment than the building machine: all are bytes. */
#define CONSTANTS_MARK "vmnet-helper, constants of seccomp filters"
struct constants {
    char mark[64];
    struct {
        char name[60];
        unsigned char value[4]; /* the most significant byte first */
    } of[CONSTANT_COUNT];
};
