/* SPDX-License-Identifier: MIT */
/* What the rules, and the groups of the session, mean for the user. */
#include "advice.h"
#include "doctor_checks.h"
#include "doctor_usable.h"
#include "explanation.h"
#include "findings.h"
#include "memory.h"
#include "refusal.h"
#include "rule.h"
#include "user_namespace.h"
#include "vmnetacl.h"

#include <stdlib.h>
#include <string.h>

/* The errors that vmnetctl check reports. */
struct errors {
    struct findings findings;
    bool is_late; /* the name service was; vmnetctl check waits longer */
};

static bool errors_visit(const struct vmnetacl_finding *finding, void *data)
{
    struct errors *errors = data;

    if (finding->error->code == VMNETACL_CODE_LOOKUP_TIMEOUT)
        errors->is_late = true;
    else if (finding->is_error)
        findings_add_problem(&errors->findings, true, finding->source, finding->error, NULL);
    return true;
}

static bool has_rule(void)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_rules *rules;
    bool has_one;

    if (vmnetacl_load(&policy, NULL) != VMNETACL_OK)
        return true; /* it is in the errors why not */
    rules = rules_open(policy);
    has_one = vmnetacl_rules_next(rules) != NULL;
    vmnetacl_rules_close(rules);
    vmnetacl_free(policy);
    return has_one;
}

/* The service reads the rules of its system. A container has others, or shows all owners of files as "nobody". */
static bool reports_rules_elsewhere(struct doctor *doctor)
{
    if (!doctor_is_served(doctor) || !user_namespace_is_inner())
        return false;
    doctor_note(doctor,
                memory_copy("the rules that the service reads are those of its system, and cannot be told in this user "
                            "namespace"),
                memory_copy("'vmnetctl doctor' outside of the container or sandbox shows them"));
    return true;
}

static void fail_rules(struct doctor *doctor, struct findings *findings)
{
    const struct finding *first;
    size_t count = findings->counts[FINDING_ERROR];
    char *place = NULL;

    findings_sort(findings);
    first = &findings->items[0];
    if (first->file != NULL && first->line > 0 && first->column > 0)
        place = memory_format("%s:%u:%u: ", first->file, first->line, first->column);
    else if (first->file != NULL)
        place = memory_format("%s: ", first->file);
    doctor_fail(doctor,
                memory_format("%zu %s in the rules, and vmnet-helper refuses requests until %s fixed; %s%s%s [%s]",
                              count, count == 1 ? "error" : "errors", count == 1 ? "it is" : "they are",
                              count == 1 ? "" : "the first: ", place == NULL ? "" : place, first->message, first->code),
                memory_copy("'vmnetctl check' shows all that is wrong with the rules, and where"));
    free(place);
}

void doctor_check_rules(struct doctor *doctor)
{
    struct errors errors = {.is_late = false};
    enum vmnetacl_status status;

    if (reports_rules_elsewhere(doctor))
        return;
    status = vmnetacl_lint(NULL, DOCTOR_LOOKUP_MS, errors_visit, &errors, NULL);
    if (errors.findings.counts[FINDING_ERROR] > 0)
        fail_rules(doctor, &errors.findings);
    else if (errors.is_late || status != VMNETACL_OK)
        doctor_note(doctor, memory_copy("the rules could not be checked in time"), memory_copy("'vmnetctl check'"));
    else if (!has_rule())
        doctor_fail(doctor, memory_copy("there is no rule, so every request is refused"),
                    memory_format("'vmnetctl explain --bridge %s' shows the line to add, and the file to add it to",
                                  doctor_word(doctor->bridge)));
    else
        doctor_ok(doctor, memory_copy("there are rules, and no error in them"));
    findings_free(&errors.findings);
}

static void report_usable(struct doctor *doctor)
{
    char *who = account_describe(&doctor->account);

    if (!doctor->has_usable)
        doctor_note(doctor,
                    memory_copy("the rules give no answer for some bridge, or the name service is late; 'vmnetctl "
                                "doctor BRIDGE' looks at one"),
                    NULL);
    else if (doctor->usable_count > 0)
        doctor_ok(doctor, memory_format("the rules let %s use: %s", who, doctor->usable_text));
    else
        doctor_fail_or_note(doctor, doctor->account.caller.uid != 0,
                            memory_format("the rules let %s use no bridge", who),
                            memory_copy("'vmnetctl explain --bridge BRIDGE' shows the line to add, and the file to add "
                                        "it to"));
    free(who);
}

/* The first advice that is about the rules; for what is wrong with the bridge, there is another check. */
static char *verdict_cure(const struct explanation *explanation)
{
    struct advices advices = {.items = NULL};
    char *cure = NULL;

    advices_find(&advices, explanation);
    for (size_t i = 0; i < advices.count && cure == NULL; i++) {
        const struct advice *advice = &advices.items[i];
        if (strcmp(advice->action, "bridge") != 0)
            cure = memory_format("%s%s%s", advice->message, advice->rule == NULL ? "" : ": ",
                                 advice->rule == NULL ? "" : advice->rule);
    }
    if (cure == NULL)
        cure = memory_format("'vmnetctl explain --bridge %s' says more", doctor_word(explanation->bridge));
    advices_free(&advices);
    return cure;
}

/* As vmnetctl explain, whose lookups may take longer than a check of doctor may. */
static void report_verdict(struct doctor *doctor)
{
    struct explanation explanation;
    char *refusal;
    enum vmnetacl_status verdict;
    char *who = account_describe(&doctor->account);

    explanation_make(&explanation, &doctor->account, doctor->bridge, false);
    verdict = explanation.decision.verdict;
    refusal = refusal_of_rule(explanation.needs_names); /* the rest has its own checks */
    if (verdict == VMNETACL_ALLOW && refusal == NULL)
        doctor_ok(doctor, memory_format("the rules let %s use '%s'", who, doctor->bridge));
    else
        doctor_fail(doctor,
                    memory_format("vmnet-helper refuses '%s' to %s; the rules say: %s", doctor->bridge, who,
                                  vmnetacl_status_name(verdict)),
                    verdict_cure(&explanation));
    explanation_free(&explanation);
    free(refusal);
    free(who);
}

void doctor_check_verdict(struct doctor *doctor)
{
    struct vmnetacl_policy *policy = NULL;
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};

    if (reports_rules_elsewhere(doctor))
        return;
    if (doctor->bridge == NULL) {
        report_usable(doctor);
        return;
    }
    if (vmnetacl_load(&policy, &error) == VMNETACL_OK) /* if not, explanation_make() finds out why */
        (void)vmnetacl_authorize(policy, &doctor->account.caller, doctor->bridge, DOCTOR_LOOKUP_MS, NULL, &error);
    vmnetacl_free(policy);
    if (doctor->names == DOCTOR_NAMES_LATE || error.code == VMNETACL_CODE_LOOKUP_TIMEOUT)
        doctor_note(doctor, memory_copy("the verdict is unknown, since the name service is late"),
                    memory_format("'vmnetctl explain --bridge %s' waits longer", doctor_word(doctor->bridge)));
    else
        report_verdict(doctor);
}
