/* SPDX-License-Identifier: MIT */
/* Errors of stdout are checked once, with ferror(3) in main(). */
#include "status_text.h"

#include "escape.h"
#include "problem.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_escaped(const char *text)
{
    escape_print(stdout, text, strlen(text));
}

static void print_since(const struct status_tap *tap)
{
    time_t seconds = (time_t)tap->record.since;
    char text[32];
    struct tm time;

    if (tap->record.has_since && gmtime_r(&seconds, &time) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &time) > 0)
        (void)printf("since %s\n", text);
    else
        (void)fputs("since unknown\n", stdout);
}

static void print_number(const struct status_tap *tap)
{
    if (!tap->has_number)
        return;
    (void)printf("number %u", (unsigned)tap->number + 1);
    if (tap->verdict->status == VMNETACL_ALLOW && tap->verdict->grant.limit > 0)
        (void)printf(" of %u", (unsigned)tap->verdict->grant.limit);
    (void)fputs(", ", stdout);
}

/* "tap0: bridge 'br0', alice (uid 1000), number 2 of 3, since 2026-11-26 02:17:03 UTC" */
static void print_tap(const struct status_tap *tap)
{
    char *who;

    (void)fputs(terminal_style(STYLE_STRONG), stdout);
    print_escaped(tap->interface->name);
    (void)printf("%s: ", terminal_style(STYLE_PLAIN));
    if (!tap->has_record) {
        (void)fputs("bridge, user and time unknown\n", stdout);
        return;
    }
    who = account_describe(&tap->verdict->owner->account);
    (void)fputs("bridge '", stdout);
    print_escaped(tap->record.bridge);
    (void)printf("', %s, ", who);
    print_number(tap);
    print_since(tap);
    free(who);
}

static void print_port(const struct status_tap *tap)
{
    struct status_port port = status_tap_port(tap);
    const unsigned char *mac = port.mac;
    bool is_empty = !port.is_isolated && !port.is_guarded && !port.is_locked && port.vlan == 0;

    (void)printf("  options in force:%s%s%s", is_empty ? " none" : "", port.is_isolated ? " isolated" : "",
                 port.is_guarded ? " guard" : "");
    if (mac != NULL)
        (void)printf(" mac %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    else if (port.is_locked)
        (void)fputs(" locked", stdout);
    if (port.vlan != 0)
        (void)printf(" vlan %u", (unsigned)port.vlan);
    (void)fputc('\n', stdout);
}

static void print_holders(const struct status_tap *tap)
{
    (void)fputs("  held by: ", stdout);
    for (size_t i = 0; i < tap->holders_count; i++) {
        (void)fputs(i > 0 ? ", " : "", stdout);
        print_escaped(tap->holders[i].command == NULL ? "?" : tap->holders[i].command);
        (void)printf(" (pid %d)", (int)tap->holders[i].pid);
    }
    if (tap->holders_count == 0)
        (void)fputs(status_tap_is_unheld(tap) ? "no process" : "unknown", stdout);
    (void)fputc('\n', stdout);
}

static void print_finding(const struct status_finding *finding)
{
    (void)printf("  %sfinding%s: ", terminal_style(STYLE_BAD), terminal_style(STYLE_PLAIN));
    print_escaped(finding->message);
    (void)printf(" [%s]\n    cure: ", finding->code);
    print_escaped(finding->cure);
    (void)fputc('\n', stdout);
}

static void print_unknown(const struct status_verdict *verdict)
{
    if (verdict == NULL || status_verdict_is_there(verdict))
        return;
    (void)printf("  %sunknown%s: whether the rules allow it now: ", terminal_style(STYLE_DOUBT),
                 terminal_style(STYLE_PLAIN));
    problem_print(stdout, &verdict->error);
    (void)fputc('\n', stdout);
}

void status_print_text(const struct status *status)
{
    size_t taps = status->taps_count;
    size_t findings = status->findings_count;

    if (!status->interfaces.are_known)
        return;
    for (size_t i = 0; i < taps; i++) {
        const struct status_tap *tap = &status->taps[i];
        print_tap(tap);
        print_port(tap);
        print_holders(tap);
        print_unknown(tap->verdict);
        for (size_t j = 0; j < tap->findings_count; j++)
            print_finding(&tap->findings[j]);
    }
    (void)printf("%zu %s, %zu %s\n", taps, taps == 1 ? "tap" : "taps", findings,
                 findings == 1 ? "finding" : "findings");
}
