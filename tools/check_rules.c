/* SPDX-License-Identifier: MIT */
#include "check_rules.h"

#include "check_helper.h"
#include "message.h"

#include <errno.h>
#include <sysexits.h>

/* Rules that are checked together. */
struct sight {
    struct findings *findings;
    bool is_in_memory; /* no file is looked for, so what they include may be anything */
};

static bool sight_visit(const struct vmnetacl_finding *finding, void *data)
{
    const struct sight *sight = data;

    if (sight->is_in_memory && finding->error->code == VMNETACL_CODE_INCLUDE_SKIPPED)
        return true;
    findings_add_problem(sight->findings, finding->is_error, finding->source, finding->error,
                         sight->findings->origin.root);
    return true;
}

void check_rules(struct findings *findings, const struct vmnetacl_origin *origin)
{
    struct sight sight = {.findings = findings, .is_in_memory = origin != NULL && origin->buffers != NULL};
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_lint(origin, 0, sight_visit, &sight, &error);

    if (status != VMNETACL_OK)
        errno = error.system_errno;
    if (status == VMNETACL_TRYAGAIN)
        die(EX_TEMPFAIL, "cannot check the rules: %s; try again", error.message);
    if (status != VMNETACL_OK)
        die(EX_SOFTWARE, "cannot check the rules: %s", error.message);
    check_helper(findings, origin, findings->origin.root);
}
