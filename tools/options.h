/* SPDX-License-Identifier: MIT */
/* What stands on the command line after the name of a command. */
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
    OPTION_HELP = 1 << 6, /* every command does */
};

struct options {
    bool all;
    const char *bridge; /* these are NULL when not given */
    const char *from;
    bool json;
    const char *root;
    const char *user;
    char **files;
    size_t files_count;
};

/* A command of the program's. */
struct command {
    const char *name;
    const char *help;                          /* what --help prints */
    unsigned options;                          /* of enum option_bit, those that it takes */
    size_t files_max;                          /* how many FILEs it takes */
    int (*run)(const struct options *options); /* returns the exit status */
};

/* arguments[0] is the command's name. Ends the program with EX_USAGE when something is wrong, with 0 after --help. */
void options_read(struct options *options, const struct command *command, int arguments_count, char *arguments[]);
