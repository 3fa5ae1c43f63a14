/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "memory.h"
#include "message.h"
#include "similar.h"
#include "vmnetacl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sysexits.h>

static void options_add_card(struct options *options)
{
    options->bridge = optarg;
    options->cards = memory_grow(options->cards, options->cards_count, sizeof options->cards[0]);
    options->cards[options->cards_count++] = (struct options_card){.bridge = optarg};
}

/* --mac or --name, which belongs to the --bridge before it. */
static void options_take_of_card(struct options *options, int option)
{
    struct options_card *card = options->cards_count > 0 ? &options->cards[options->cards_count - 1] : NULL;
    const char *option_text = option == OPTION_MAC ? "--mac" : "--name";
    const char **value;

    if (card == NULL)
        die(EX_USAGE, "'%s' must stand after the --bridge that it belongs to; see 'vmnetctl run --help'", option_text);
    value = option == OPTION_MAC ? &card->mac : &card->name;
    if (*value != NULL)
        die(EX_USAGE, "duplicate '%s' of --bridge '%s'; see 'vmnetctl run --help'", option_text, card->bridge);
    *value = optarg;
}

static void options_take(struct options *options, int option)
{
    switch (option) {
    case OPTION_ALL:
        options->all = true;
        break;
    case OPTION_AS:
        options->as = optarg;
        break;
    case OPTION_BRIDGE:
        options_add_card(options);
        break;
    case OPTION_DROP_LIMITS:
        options->drop_limits = true;
        break;
    case OPTION_FROM:
        options->from = optarg;
        break;
    case OPTION_HELPER:
        options->helper = optarg;
        break;
    case OPTION_JSON:
        options->json = true;
        break;
    case OPTION_MAC:
    case OPTION_NAME:
        options_take_of_card(options, option);
        break;
    case OPTION_QUEUES:
        options->queues = optarg;
        break;
    case OPTION_ROOT:
        options->root = optarg;
        break;
    case OPTION_UID:
        options->uid = optarg;
        break;
    case OPTION_USER:
        options->user = optarg;
        break;
    case OPTION_VERBOSE:
        options->verbose = true;
        break;
    case OPTION_WITH:
        options->with = optarg;
        break;
    }
}

void options_print_version(void)
{
    (void)printf("vmnetctl %s (libvmnetacl %s)\n", VMNET_VERSION, vmnetacl_version()); /* the callers check it */
}

/* Print what every command prints when it is asked for it, and end the program. */
static noreturn void options_answer(const struct command *command, int option)
{
    if (option == OPTION_HELP)
        (void)fputs(command->help, stdout); /* checked below */
    else
        options_print_version();
    exit(fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EX_OSERR);
}

/* The option of a short one. */
static int option_of_letter(int letter)
{
    switch (letter) {
    case 'h':
        return OPTION_HELP;
    case 'u':
        return OPTION_USER;
    case 'v':
        return OPTION_VERBOSE;
    case 'V':
        return OPTION_VERSION;
    default:
        return letter;
    }
}

/* The name of an option, with its dashes. */
static const char *option_dashed(const struct option *long_option)
{
    static char name[32];

    (void)snprintf(name, sizeof name, "--%s", long_option->name); /* always fits */
    return name;
}

static const char *option_name(const struct option *longs, int option)
{
    while (longs->val != option)
        longs++;
    return option_dashed(longs);
}

/* The value after a '=' is not compared. */
static noreturn void die_unknown(const struct command *command, const struct option *longs, const char *argument)
{
    struct similar similar = {.typed = argument, .typed_len = strcspn(argument, "=")};

    for (; longs->name != NULL; longs++)
        if ((command->options & (unsigned)longs->val) != 0 || longs->val == OPTION_HELP || longs->val == OPTION_VERSION)
            similar_consider(&similar, option_dashed(longs));
    die(EX_USAGE, "unknown option '%s' of '%s'; see 'vmnetctl %s --help'%s", argument, command->name, command->name,
        similar_question(&similar));
}

/* An argument of a command that is run may be empty. */
static void options_check_files(const struct options *options, const struct command *command)
{
    size_t count = command->takes_command && options->files_count > 0 ? 1 : options->files_count;

    for (size_t i = 0; i < count; i++)
        if (*options->files[i] == '\0')
            die(EX_USAGE, "an argument of '%s' is empty; see 'vmnetctl %s --help'", command->name, command->name);
    if (count > command->files_max)
        die(EX_USAGE, "unexpected argument '%s' of '%s'; see 'vmnetctl %s --help'", options->files[command->files_max],
            command->name, command->name);
}

void options_read(struct options *options, const struct command *command, int arguments_count, char *arguments[])
{
    static const struct option longs[] = {
        {"all", no_argument, NULL, OPTION_ALL},
        {"as", required_argument, NULL, OPTION_AS},
        {"bridge", required_argument, NULL, OPTION_BRIDGE},
        {"drop-limits", no_argument, NULL, OPTION_DROP_LIMITS},
        {"from", required_argument, NULL, OPTION_FROM},
        {"help", no_argument, NULL, OPTION_HELP},
        {"helper", required_argument, NULL, OPTION_HELPER},
        {"json", no_argument, NULL, OPTION_JSON},
        {"mac", required_argument, NULL, OPTION_MAC},
        {"name", required_argument, NULL, OPTION_NAME},
        {"queues", required_argument, NULL, OPTION_QUEUES},
        {"root", required_argument, NULL, OPTION_ROOT},
        {"uid", required_argument, NULL, OPTION_UID},
        {"user", required_argument, NULL, OPTION_USER},
        {"verbose", no_argument, NULL, OPTION_VERBOSE},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"with", required_argument, NULL, OPTION_WITH},
        {NULL, 0, NULL, 0},
    };
    const char *letters = command->takes_command ? "+:hVu:v" : ":hVu:v"; /* '+': up to the first that is no option */
    int option;

    *options = (struct options){.json = false};
    opterr = 0; /* getopt(3) would print the argument without escaping it */
    while ((option = getopt_long(arguments_count, arguments, letters, longs, NULL)) != -1) {
        option = option_of_letter(option);
        if (option == OPTION_HELP || option == OPTION_VERSION)
            options_answer(command, option);
        if (option == ':')
            die(EX_USAGE, "missing value of '%s'; see 'vmnetctl %s --help'", arguments[optind - 1], command->name);
        if (option == '?')
            die_unknown(command, longs, arguments[optind - 1]);
        if ((command->options & (unsigned)option) == 0)
            die(EX_USAGE, "unknown option '%s' of '%s'; see 'vmnetctl %s --help'", option_name(longs, option),
                command->name, command->name);
        options_take(options, option);
    }
    options->files = arguments + optind;
    options->files_count = (size_t)(arguments_count - optind);
    options_check_files(options, command);
}
