/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "message.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static void options_take(struct options *options, int option)
{
    switch (option) {
    case OPTION_ALL:
        options->all = true;
        break;
    case OPTION_BRIDGE:
        options->bridge = optarg;
        break;
    case OPTION_FROM:
        options->from = optarg;
        break;
    case OPTION_JSON:
        options->json = true;
        break;
    case OPTION_ROOT:
        options->root = optarg;
        break;
    case OPTION_USER:
        options->user = optarg;
        break;
    }
}

void options_read(struct options *options, const struct command *command, int arguments_count, char *arguments[])
{
    static const struct option longs[] = {
        {"all", no_argument, NULL, OPTION_ALL},         {"bridge", required_argument, NULL, OPTION_BRIDGE},
        {"from", required_argument, NULL, OPTION_FROM}, {"help", no_argument, NULL, OPTION_HELP},
        {"json", no_argument, NULL, OPTION_JSON},       {"root", required_argument, NULL, OPTION_ROOT},
        {"user", required_argument, NULL, OPTION_USER}, {NULL, 0, NULL, 0},
    };
    int option;
    int index = 0;

    *options = (struct options){.json = false};
    opterr = 0; /* getopt(3) would print the argument without escaping it */
    while ((option = getopt_long(arguments_count, arguments, ":h", longs, &index)) != -1) {
        if (option == OPTION_HELP || option == 'h') {
            (void)fputs(command->help, stdout); /* checked in the next line */
            exit(fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EX_OSERR);
        }
        if (option == ':')
            die(EX_USAGE, "missing value of '%s'; see 'vmnetctl %s --help'", arguments[optind - 1], command->name);
        if (option == '?')
            die(EX_USAGE, "unknown option '%s' of '%s'; see 'vmnetctl %s --help'", arguments[optind - 1], command->name,
                command->name);
        if ((command->options & (unsigned)option) == 0)
            die(EX_USAGE, "unknown option '--%s' of '%s'; see 'vmnetctl %s --help'", longs[index].name, command->name,
                command->name);
        options_take(options, option);
    }
    options->files = arguments + optind;
    options->files_count = (size_t)(arguments_count - optind);
    if (options->files_count > command->files_max)
        die(EX_USAGE, "unexpected argument '%s' of '%s'; see 'vmnetctl %s --help'", options->files[command->files_max],
            command->name, command->name);
}
