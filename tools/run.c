/* SPDX-License-Identifier: MIT */
/*
 * Runs a virtual machine monitor that cannot start vmnet-helper itself. First, all mistakes in the arguments are found.
 * Then vmnet-helper is asked for one tap after the other. Last, the command takes the place of this process, with the
 * descriptors of the taps open.
 */
#include "run.h"

#include "account.h"
#include "escape.h"
#include "memory.h"
#include "message.h"
#include "run_placeholder.h"
#include "run_taps.h"
#include "run_vmm.h"
#include "shell_word.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* As env(1) has them. */
enum {
    EXIT_CANNOT_EXECUTE = 126,
    EXIT_NOT_FOUND = 127,
};

static unsigned read_queues(const char *text)
{
    unsigned queues = 0;
    size_t len = text != NULL ? strspn(text, "0123456789") : 0;

    if (text == NULL)
        return 1;
    for (size_t i = 0; i < len && queues <= QUEUES_MAX; i++)
        queues = queues * 10 + (unsigned)(text[i] - '0');
    if (text[len] != '\0' || queues == 0 || queues > QUEUES_MAX)
        die(EX_USAGE, "'%s' is not a number of queues, from 1 to %d", text, QUEUES_MAX);
    return queues;
}

/* Six bytes in hexadecimal, not all zero, of which the first says that the address is no group's (IEEE 802). */
static bool is_mac(const char *text)
{
    static const char digits[] = "0123456789abcdefABCDEF";

    for (size_t i = 0; i < 6; i++)
        if (strspn(text + 3 * i, digits) != 2 || text[3 * i + 2] != (i < 5 ? ':' : '\0'))
            return false;
    return strchr("13579bdfBDF", text[1]) == NULL && strspn(text, "0:") != strlen(text);
}

/* What QEMU takes for an id (id_wellformed() in its util/id.c). */
static bool is_id(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    return text[0] != '\0' && strchr(letters, text[0]) != NULL && text[strspn(text, others)] == '\0';
}

static void card_require_valid(const struct options_card *card)
{
    if (card->mac != NULL && !is_mac(card->mac))
        die(EX_USAGE, "'%s' is not the MAC address of a card, such as 52:54:00:12:34:56", card->mac);
    if (card->name != NULL && !is_id(card->name))
        die(EX_USAGE, "'%s' is not an id; it must begin with a letter, then letters, digits, '-', '.' and '_'",
            card->name);
    if (card->name != NULL && card->mac != NULL)
        die(EX_USAGE, "--mac has no effect with --name '%s'; write mac=%s into your own -device", card->name,
            card->mac);
}

/* --mac and --name are for the options that vmnetctl adds; it adds none if there are placeholders. */
static void cards_require_bare(const struct taps *taps)
{
    for (size_t i = 0; i < taps->cards_count; i++)
        if (taps->cards[i].mac != NULL || taps->cards[i].name != NULL)
            die(EX_USAGE, "%s has no effect with placeholders; write it into the arguments of the command",
                taps->cards[i].mac != NULL ? "--mac" : "--name");
}

/*
 * The address that the rule for the bridge wants the guest to have, or NULL: also if the request will be refused, since
 * the helper says why.
 */
static char *find_mac(const char *bridge)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_decision decision;
    struct vmnetacl_option option;
    struct account account;
    char *mac = NULL;

    if (vmnetacl_load(&policy, NULL) != VMNETACL_OK)
        return NULL;
    account_of_ids(&account);
    if (vmnetacl_authorize(policy, &account.caller, bridge, 0, &decision, NULL) == VMNETACL_ALLOW)
        for (size_t i = 0; mac == NULL && vmnetacl_option_at(&decision.grant, i, &option); i++)
            if (option.bit == VMNETACL_OPTION_MAC)
                mac = memory_copy(option.value);
    account_free(&account);
    vmnetacl_free(policy);
    return mac;
}

/* Give the cards the addresses that rules want them to have. */
static void cards_fill_macs(struct options_card *cards, size_t cards_count, bool is_verbose)
{
    for (size_t i = 0; i < cards_count; i++) {
        if (cards[i].mac != NULL || cards[i].name != NULL)
            continue;
        cards[i].mac = find_mac(cards[i].bridge);
        if (is_verbose && cards[i].mac != NULL) {
            (void)fputs("vmnetctl: the rule for '", stderr); /* an error on stderr cannot be reported */
            escape_print(stderr, cards[i].bridge, strlen(cards[i].bridge));
            (void)fprintf(stderr, "' fixes the MAC address: %s\n", cards[i].mac);
        }
    }
}

/* Become the command. */
static noreturn void command_exec(char **words, const struct taps *taps, const struct sigaction *child_action,
                                  bool is_verbose)
{
    if (is_verbose) {
        (void)fputs("vmnetctl: ", stderr); /* an error on stderr cannot be reported */
        shell_command_print(stderr, words);
        (void)fputs("\n", stderr);
    }
    taps_inherit(taps);
    if (sigaction(SIGCHLD, child_action, NULL) != 0)
        die(EX_OSERR, "cannot restore the action for SIGCHLD: %m");
    (void)execvp(words[0], words);
    die(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE, "cannot run '%s': %m", words[0]);
}

static int run_run(const struct options *options)
{
    struct taps taps = {.cards = options->cards, .cards_count = options->cards_count};
    const struct sigaction default_action = {.sa_handler = SIG_DFL};
    struct sigaction child_action;
    char **words = options->files;

    taps.queues = read_queues(options->queues);
    if (taps.cards_count == 0)
        die(EX_USAGE, "missing --bridge; see 'vmnetctl run --help'");
    if (options->files_count == 0)
        die(EX_USAGE, "missing command; see 'vmnetctl run --help'");
    for (size_t i = 0; i < taps.cards_count; i++)
        card_require_valid(&taps.cards[i]);
    /* A parent may have left it ignored; the kernel would then discard the exit status of the helper. */
    if (sigaction(SIGCHLD, &default_action, &child_action) != 0)
        die(EX_OSERR, "cannot set the action for SIGCHLD: %m");
    if (placeholders_require_valid(words + 1, &taps)) {
        cards_require_bare(&taps);
    } else {
        cards_fill_macs(options->cards, options->cards_count, options->verbose);
        words = vmm_add_options(words, options->files_count, &taps);
    }
    taps_open(&taps, options->helper != NULL ? options->helper : VMNET_HELPER_PATH);
    for (size_t i = 1; words[i] != NULL; i++)
        words[i] = placeholders_replace(words[i], &taps);
    command_exec(words, &taps, &child_action, options->verbose);
}

const struct command run_command = {
    .name = "run",
    .options = OPTION_BRIDGE | OPTION_HELPER | OPTION_MAC | OPTION_NAME | OPTION_QUEUES | OPTION_VERBOSE,
    .files_max = 1,
    .takes_command = true,
    .run = run_run,
    .help = "Usage: vmnetctl run --bridge BRIDGE [--mac ADDRESS | --name ID] [--bridge BRIDGE2 ...] [OPTION...]\n"
            "           -- COMMAND [ARGUMENT...]\n"
            "Run a virtual machine monitor on a tap of vmnet-helper: with one card for each --bridge, as the user.\n"
            "\n"
            "      --bridge BRIDGE    plug a card into this bridge\n"
            "      --mac ADDRESS      the MAC address of this card\n"
            "      --name ID          the id of this card's -netdev; only QEMU; the -device is yours\n"
            "      --queues N         give each card N queues, up to 16\n"
            "      --helper PATH      ask this helper\n"
            "  -v, --verbose          show the command on stderr\n"
            "\n"
            "The options for qemu-system-*, qemu-kvm, kvm, cloud-hypervisor, crosvm and lkvm are added. For any other\n"
            "command, write where the numbers of the descriptors belong: %FD% for the first card, %FD2% for the\n"
            "second; with several queues %FDS%, joined by ':', or %FDLIST%, joined by ','.\n"
            "\n"
            "After that, the process is COMMAND's, and its exit status. It is 127 if COMMAND is not found, 126 if it\n"
            "cannot be run, and that of vmnet-helper, which says why, if it refuses; then COMMAND is not started.\n",
};
