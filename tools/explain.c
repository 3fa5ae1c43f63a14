/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include "account.h"
#include "explain_json.h"
#include "explain_text.h"
#include "explanation.h"
#include "helper.h"
#include "message.h"

#include <string.h>
#include <sysexits.h>

enum {
    EXPLAIN_ALLOWED = 0,
    EXPLAIN_NOT_ALLOWED = 1,
    EXPLAIN_ERROR = 2,
};

/* The helper refuses a rule with an option that it cannot enforce. A static one also refuses what needs a lookup. */
static int status_of(const struct explanation *explanation)
{
    enum vmnetacl_status verdict = explanation->decision.verdict;
    struct vmnetacl_option option;
    bool is_refused = helper_lacks_option(&explanation->decision.grant, &option) ||
                      (explanation->needs_names && !helper_looks_up_names);

    if (verdict == VMNETACL_ALLOW)
        return is_refused ? EXPLAIN_NOT_ALLOWED : EXPLAIN_ALLOWED;
    return verdict == VMNETACL_DENY || verdict == VMNETACL_NOTFOUND ? EXPLAIN_NOT_ALLOWED : EXPLAIN_ERROR;
}

static int explain_run(const struct options *options)
{
    struct account account;
    struct explanation explanation;
    struct advices advices = {.items = NULL};
    struct caveats caveats = {.items = NULL};
    int status;

    if (options->bridge == NULL)
        die(EX_USAGE, "missing bridge; give --bridge NAME, see 'vmnetctl explain --help'");
    if (!vmnetacl_name_valid(options->bridge, strlen(options->bridge)))
        die(EX_USAGE, "'%s' is not a valid name of an interface; 'ip link show type bridge' lists the bridges",
            options->bridge);
    if (options->user != NULL)
        account_of_user(&account, options->user);
    else
        account_of_process(&account);
    (void)account_become(&account); /* if not, caveats_find() reports it */
    explanation_make(&explanation, &account, options->bridge, options->all);
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
    .options = OPTION_ALL | OPTION_BRIDGE | OPTION_JSON | OPTION_USER,
    .files_max = 0,
    .run = explain_run,
    .help = "Usage: vmnetctl explain --bridge BRIDGE [--user NAME] [--all] [--json]\n"
            "Say whether you or another user may use a bridge, why, and what can be done about it.\n"
            "\n"
            "  --bridge BRIDGE    the bridge\n"
            "  --user NAME        ask for this user, as if the user logged in now; the files are read\n"
            "                     as you, or, if you are root, as this user\n"
            "  --all              show every rule that was read, not only those that matter\n"
            "  --json             print one JSON object\n"
            "\n"
            "Exits 0 if it is allowed, 1 if it is not, 2 if the rules give no answer.\n",
};
