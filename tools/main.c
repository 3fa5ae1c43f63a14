/* SPDX-License-Identifier: MIT */
/*
 * vmnetctl: checks the rules, and explains what vmnet-helper does with them. It runs as the user, without privilege. It
 * uses only the public interface of libvmnetacl, and writes only to stdout and stderr; only edit writes files.
 */
#include "check.h"
#include "convert.h"
#include "doctor.h"
#include "edit.h"
#include "explain.h"
#include "list.h"
#include "message.h"
#include "rules_command.h"
#include "run.h"
#include "similar.h"
#include "status.h"
#include "who.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const struct command *const commands[] = {&check_command,  &explain_command, &list_command, &rules_command,
                                                 &who_command,    &status_command,  &edit_command, &convert_command,
                                                 &doctor_command, &run_command};

static const char help[] = "Usage: vmnetctl COMMAND [OPTION...] [FILE...]\n"
                           "Check the rules for virtual machines on bridges, and explain them.\n"
                           "\n"
                           "  check      show all that is wrong with the rules\n"
                           "  explain    say whether a user may use a bridge, and why\n"
                           "  list       list the bridges that a user may use\n"
                           "  rules      show every rule, in order\n"
                           "  who        show who may use a bridge, by which rule\n"
                           "  status     show the taps that exist, and what is wrong with them\n"
                           "  edit       edit a file of rules, and install it if it has no error\n"
                           "  convert    turn a bridge.conf or an lxc-usernet file into rules for users\n"
                           "  doctor     find out why it does not work here\n"
                           "  run        run a virtual machine monitor on a tap of vmnet-helper\n"
                           "\n"
                           "  -h, --help       print this help, or after a command, its help\n"
                           "  -V, --version    print the version of this program and of the library\n"
                           "\n"
                           "See vmnetctl(1) for more.\n";

/* Everything that was printed must have been written. */
static int finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        die(EX_OSERR, "cannot write the answer: %m");
    return status;
}

static const struct command *command_find(const char *name)
{
    struct similar similar = {.typed = name, .typed_len = strlen(name)};

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        similar_consider(&similar, commands[i]->name);
    die(EX_USAGE, "unknown command '%s'; see 'vmnetctl --help'%s", name, similar_question(&similar));
}

int main(int argc, char *argv[])
{
    const struct command *command;
    struct options options;
    int status;

    if (argc < 2)
        die(EX_USAGE, "missing command; see 'vmnetctl --help'");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        (void)fputs(help, stdout); /* finish() checks that it was written */
        return finish(EXIT_SUCCESS);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        options_print_version();
        return finish(EXIT_SUCCESS);
    }
    command = command_find(argv[1]);
    options_read(&options, command, argc - 1, argv + 1);
    status = command->run(&options);
    free(options.cards);
    return finish(status);
}
