/* SPDX-License-Identifier: MIT */
#include "worlds.h"

#include "fake_names.h"

#include <stdio.h>
#include <string.h>

static bool is_refusal(enum vmnetacl_status verdict)
{
    return verdict == VMNETACL_DENY || verdict == VMNETACL_UNAVAIL || verdict == VMNETACL_TRYAGAIN;
}

static bool is_grant(const struct vmnetacl_grant *grant, const char *want)
{
    char options[MODEL_OPTIONS_SIZE] = "";
    struct vmnetacl_option option;

    for (size_t i = 0; vmnetacl_option_at(grant, i, &option); i++)
        (void)snprintf(options + strlen(options), sizeof options - strlen(options), "%s%s%s%s", i > 0 ? " " : "",
                       option.name, option.value[0] != '\0' ? " " : "", option.value); /* always fits */
    return strcmp(options, want) == 0;
}

static bool is_same(const struct vmnetacl_decision *decision, const struct model_answer *answer)
{
    if (decision->verdict != answer->verdict || !is_grant(&decision->grant, answer->options) ||
        decision->degraded != answer->degraded)
        return false;
    return answer->source == NULL ? decision->rule.source == NULL
                                  : decision->rule.source != NULL && strcmp(decision->rule.source, answer->source) == 0;
}

/* With all names, then with those that were held to be needed. */
static const char *compare_with_names(const struct model_question *question, const struct vmnetacl_policy *policy,
                                      const struct model_answer *answer)
{
    const char *const bridges[] = {NULL, question->bridge};
    const char *const wrong[] = {"with all names", "with the names that matter"};

    for (size_t i = 0; i < 2; i++) {
        struct vmnetacl_decision decision;
        struct vmnetacl_names *names;
        bool is_right;
        if (vmnetacl_resolve(policy, question->caller, bridges[i], 0, &names, NULL) != VMNETACL_OK)
            return "names cannot be looked up";
        (void)vmnetacl_decide(policy, question->caller, names, question->bridge, &decision);
        /* A sure refusal needs no names; which of two it is may then differ. */
        is_right = is_same(&decision, answer) ||
                   (i == 1 && names == NULL && is_refusal(decision.verdict) && is_refusal(answer->verdict));
        vmnetacl_names_free(names);
        if (!is_right)
            return wrong[i];
    }
    return NULL;
}

/* A verdict without names, and with a name service that is down, is the right one or none. */
static const char *compare_without_names(const struct model_question *question, const struct vmnetacl_policy *policy,
                                         const struct model_answer *answer)
{
    struct vmnetacl_decision decision;
    struct vmnetacl_names *names;
    enum vmnetacl_status status;

    (void)vmnetacl_decide(policy, question->caller, NULL, question->bridge, &decision);
    if (!is_refusal(decision.verdict) && !is_same(&decision, answer))
        return "without names";
    if (is_refusal(decision.verdict) && decision.verdict != VMNETACL_UNAVAIL && !is_refusal(answer->verdict))
        return "without names, refused";
    fake_names.failure = VMNETACL_CODE_LOOKUP_FAILED;
    status = vmnetacl_resolve(policy, question->caller, question->bridge, 0, &names, NULL);
    fake_names.failure = VMNETACL_CODE_NONE;
    if (status == VMNETACL_OK && names != NULL)
        return "names from a service that is down";
    if (status == VMNETACL_OK &&
        (is_refusal(decision.verdict) ? !is_refusal(answer->verdict) : !is_same(&decision, answer)))
        return "with a service that is down";
    return NULL;
}

const char *worlds_compare(const struct model_question *question, struct model_answer *answer)
{
    const struct vmnetacl_origin origin = {.buffers = question->files, .buffers_count = question->files_count};
    struct vmnetacl_policy *policy;
    const char *wrong;

    fake_names_start(question->accounts, question->accounts_count);
    model_ask(question, answer);
    if ((vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK) != answer->load_fails) {
        vmnetacl_free(policy);
        return "the load";
    }
    if (answer->load_fails)
        return NULL;
    wrong = compare_with_names(question, policy, answer);
    if (wrong == NULL)
        wrong = compare_without_names(question, policy, answer);
    vmnetacl_free(policy);
    return wrong;
}
