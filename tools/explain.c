/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include "account.h"
#include "explain_json.h"
#include "explain_text.h"
#include "explanation.h"
#include "message.h"
#include "sudo_note.h"

#include <string.h>
#include <sysexits.h>

enum {
    EXPLAIN_ALLOWED = 0,
    EXPLAIN_NOT_ALLOWED = 1,
    EXPLAIN_ERROR = 2,
};

static int status_of(const struct explanation *explanation)
{
    enum vmnetacl_status verdict = explanation->decision.verdict;

    if (verdict == VMNETACL_ALLOW)
        return explanation->refusal != NULL ? EXPLAIN_NOT_ALLOWED : EXPLAIN_ALLOWED;
    return verdict == VMNETACL_DENY || verdict == VMNETACL_NOTFOUND ? EXPLAIN_NOT_ALLOWED : EXPLAIN_ERROR;
}

static int explain_run(const struct options *options)
{
    struct account account;
    struct explanation explanation;
    struct advices advices = {.items = NULL};
    struct caveats caveats = {.items = NULL};
    const char *bridge = options->files_count > 0 ? options->files[0] : options->bridge;
    int status;

    if (options->bridge != NULL && options->files_count > 0)
        die(EX_USAGE, "unexpected argument '%s' of 'explain'; give one bridge", options->files[0]);
    if (bridge == NULL)
        die(EX_USAGE, "missing bridge; see 'vmnetctl explain --help'");
    if (!vmnetacl_name_valid(bridge, strlen(bridge)))
        die(EX_USAGE, "'%s' is not a valid name of an interface; 'ip link show type bridge' lists the bridges", bridge);
    account_choose(&account, options->user, options->uid);
    sudo_note(options, "explain", bridge);
    explanation_make(&explanation, &account, bridge, options->all);
    advices_find(&advices, &explanation);
    caveats_find(&caveats, &explanation);
    if (options->json)
        explain_print_json(&explanation, &advices, &caveats);
    else
        explain_print_text(&explanation, &advices, &caveats);
    status = status_of(&explanation);
    caveats_free(&caveats);
    advices_free(&advices);
    explanation_free(&explanation);
    account_free(&account);
    return status;
}

const struct command explain_command = {
    .name = "explain",
    .options = OPTION_ALL | OPTION_BRIDGE | OPTION_JSON | OPTION_UID | OPTION_USER,
    .files_max = 1,
    .run = explain_run,
    .help = "Usage: vmnetctl explain BRIDGE [--user NAME | --uid N] [--all] [--json]\n"
            "Say whether you or another user may use a bridge, why, and what can be done about it.\n"
            "\n"
            "  --bridge BRIDGE      the bridge, as without --bridge\n"
            "  -u, --user NAME      ask for this user, as if the user logged in now; the files are read\n"
            "                       as you, or, if you are root, as this user\n"
            "  --uid N              ask for the user with this id, who need not have an account\n"
            "  --all                show every rule that was read, not only those that matter\n"
            "  --json               print one JSON object\n"
            "\n"
            "Exits 0 if vmnet-helper grants it, 1 if not, 2 if the rules give no answer.\n",
};
