/* SPDX-License-Identifier: MIT */
/* The command line after the name of a command. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Which options a command takes. */
enum option_bit {
    OPTION_ALL = 1 << 0,
    OPTION_BRIDGE = 1 << 1,
    OPTION_FROM = 1 << 2,
    OPTION_JSON = 1 << 3,
    OPTION_ROOT = 1 << 4,
    OPTION_USER = 1 << 5,
    OPTION_UID = 1 << 6,
    OPTION_HELP = 1 << 7, /* every command takes these two */
    OPTION_VERSION = 1 << 8,
    OPTION_AS = 1 << 9,
    OPTION_WITH = 1 << 10,
    OPTION_DROP_LIMITS = 1 << 11,
    OPTION_HELPER = 1 << 12,
    OPTION_MAC = 1 << 13,
    OPTION_NAME = 1 << 14,
    OPTION_QUEUES = 1 << 15,
    OPTION_VERBOSE = 1 << 16,
};

/* A --bridge of run, and the options that belong to it. */
struct options_card {
    const char *bridge;
    const char *mac; /* these are NULL when not given */
    const char *name;
};

struct options {
    bool all;
    bool drop_limits;
    const char *as;             /* these are NULL when not given */
    const char *bridge;         /* the last one */
    struct options_card *cards; /* each --bridge; freed by main() */
    size_t cards_count;
    const char *from;
    const char *helper;
    bool json;
    const char *queues;
    const char *root;
    const char *user;
    const char *uid;
    bool verbose;
    const char *with;
    char **files;
    size_t files_count;
};

/* A command of the program. */
struct command {
    const char *name;
    const char *help;                          /* what --help prints */
    unsigned options;                          /* the options that it takes, of enum option_bit */
    size_t files_max;                          /* how many FILEs it takes */
    bool takes_command;                        /* the first FILE is a command, the others are its arguments */
    int (*run)(const struct options *options); /* returns the exit status */
};

/*
 * arguments[0] is the name of the command. Ends the program: with EX_USAGE on an error, with 0 after --help and
 * --version.
 */
void options_read(struct options *options, const struct command *command, int arguments_count, char *arguments[]);

/* Print what --version prints. main() and options_read() check that it was written. */
void options_print_version(void);
