/* SPDX-License-Identifier: MIT */
#include "status_findings.h"

#include "memory.h"
#include "rule.h"
#include "shell_word.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What vmnet-helper sets on a port; by hand, all of it would have to be set again before the tap is up. */
#define PORT_OPTIONS (VMNETACL_OPTION_ISOLATED | VMNETACL_OPTION_GUARD | VMNETACL_OPTION_MAC | VMNETACL_OPTION_VLAN)

/* cure and what the format makes are to be freed. */
__attribute__((format(printf, 5, 6))) static void add(struct status *status, struct status_tap *tap, const char *code,
                                                      char *cure, const char *format, ...)
{
    struct status_finding finding = {.code = code, .cure = cure};
    va_list arguments;

    va_start(arguments, format);
    finding.message = memory_vformat(format, arguments);
    va_end(arguments);
    tap->findings = memory_grow(tap->findings, tap->findings_count, sizeof *tap->findings);
    tap->findings[tap->findings_count++] = finding;
    status->findings_count++;
}

static char *cure_delete(const struct status_tap *tap)
{
    return memory_format("as root: ip link del dev %s", shell_word(tap->interface->name, "TAP"));
}

static char *cure_delete_and_start(const struct status_tap *tap)
{
    return memory_format("as root: ip link del dev %s; then start the guest again",
                         shell_word(tap->interface->name, "TAP"));
}

/* May it be plugged in by hand, without the loss of an option or of a number? */
static bool can_be_plugged(const struct status *status, const struct status_tap *tap)
{
    return tap->bridge != NULL && tap->verdict->status == VMNETACL_ALLOW &&
           (tap->verdict->grant.options & (PORT_OPTIONS | VMNETACL_OPTION_LIMIT)) == 0 &&
           !tap_has_number(&status->interfaces, tap->interface);
}

static void find_lost(struct status *status, struct status_tap *tap)
{
    const char *bridge = tap->record.bridge;

    if (tap->bridge == NULL)
        add(status, tap, "bridge-lost", cure_delete(tap), "the bridge '%s' that it was made for does not exist",
            bridge);
    else if (can_be_plugged(status, tap))
        add(status, tap, "bridge-lost",
            memory_format("as root: ip link set dev %s master %s", shell_word(tap->interface->name, "TAP"),
                          shell_word(bridge, "BRIDGE")),
            "it is not plugged into '%s' any more, as after NetworkManager activated that bridge again", bridge);
    else
        add(status, tap, "bridge-lost", cure_delete_and_start(tap),
            "it is not plugged into '%s' any more, and if it were plugged in by hand, it would lack what vmnet-helper "
            "checks and sets",
            bridge);
}

static void find_place(struct status *status, struct status_tap *tap)
{
    if (tap->interface->master == 0)
        find_lost(status, tap);
    else if (!status_tap_is_in_place(tap))
        add(status, tap, "bridge-other", cure_delete(tap), "it is plugged into '%s', but was made for '%s'",
            tap->master == NULL ? "?" : tap->master->name, tap->record.bridge);
}

static void find_refusal(struct status *status, struct status_tap *tap)
{
    const struct status_verdict *verdict = tap->verdict;
    char *who = account_describe(&verdict->owner->account);

    if (verdict->status == VMNETACL_DENY && verdict->rule.file != NULL)
        add(status, tap, "not-allowed", cure_delete(tap), "the rules deny %s the bridge '%s' now: %s:%u", who,
            verdict->bridge, verdict->rule.file, verdict->rule.line);
    else if (verdict->status == VMNETACL_DENY || verdict->status == VMNETACL_NOTFOUND)
        add(status, tap, "not-allowed", cure_delete(tap), "no rule allows %s the bridge '%s' any more", who,
            verdict->bridge);
    free(who);
}

/* Those of the options of the rule that are not in force on the port. */
static struct vmnetacl_grant lacking_options(const struct status_tap *tap)
{
    struct vmnetacl_grant grant = tap->verdict->grant;
    struct status_port port = status_tap_port(tap);
    uint32_t in_force = 0;

    if (port.is_isolated)
        in_force |= VMNETACL_OPTION_ISOLATED;
    if (port.is_guarded)
        in_force |= VMNETACL_OPTION_GUARD;
    if (port.mac != NULL && memcmp(port.mac, grant.mac, sizeof grant.mac) == 0)
        in_force |= VMNETACL_OPTION_MAC;
    if (port.vlan != 0 && port.vlan == grant.vlan)
        in_force |= VMNETACL_OPTION_VLAN;
    grant.options &= PORT_OPTIONS & ~in_force;
    return grant;
}

static void find_options(struct status *status, struct status_tap *tap)
{
    struct vmnetacl_grant lacking = lacking_options(tap);
    char *options = rule_options_text(&lacking);

    if (options != NULL)
        add(status, tap, "option-lacking", cure_delete_and_start(tap),
            "the rule has options that are not in force on the port: %s (%s:%u)", options, tap->verdict->rule.file,
            tap->verdict->rule.line);
    free(options);
}

/* Does it count against the limit for the same user and bridge? */
static bool counts_with(const struct status_tap *tap, const struct status_tap *other)
{
    return other->verdict == tap->verdict && (other->has_number || status_tap_is_in_place(other));
}

/* Was it made before this one? Those without a time are the oldest. */
static bool is_older(const struct status_tap *other, const struct status_tap *tap)
{
    return other->record.since != tap->record.since ? other->record.since < tap->record.since : other < tap;
}

static void find_limit(struct status *status, struct status_tap *tap)
{
    uint32_t limit = tap->verdict->grant.limit;
    size_t count = 0;
    size_t older = 0;
    char *who;

    if (limit == 0 || !counts_with(tap, tap))
        return;
    for (size_t i = 0; i < status->taps_count; i++) {
        const struct status_tap *other = &status->taps[i];
        count += counts_with(tap, other);
        older += counts_with(tap, other) && is_older(other, tap);
    }
    if (older < limit)
        return;
    who = account_describe(&tap->verdict->owner->account);
    add(status, tap, "limit-exceeded", cure_delete(tap),
        "%s has %zu taps on '%s', and the rule allows %u now (%s:%u); %zu of them are older than this one", who, count,
        tap->record.bridge, (unsigned)limit, tap->verdict->rule.file, tap->verdict->rule.line, older);
    free(who);
}

void status_find(struct status *status, struct status_tap *tap)
{
    if (tap->interface->is_persistent && status_tap_is_unheld(tap))
        add(status, tap, "unheld", cure_delete(tap), "it is persistent, and no process holds it");
    if (!tap->has_record) {
        add(status, tap, "alias-invalid",
            memory_format("ip -details link show dev %s", shell_word(tap->interface->name, "TAP")),
            "its alias begins as one of vmnet-helper does, but is none: '%s'", tap->interface->alias);
        return;
    }
    find_place(status, tap);
    find_refusal(status, tap);
    if (tap->verdict->status != VMNETACL_ALLOW)
        return;
    if (status_tap_is_in_place(tap))
        find_options(status, tap);
    find_limit(status, tap);
}
