/* SPDX-License-Identifier: MIT */
/*
 * The grammar of the files in rules.d. Pure: a line of text goes in, a rule comes out.
 *
 *     file    = { line newline } [ line ]
 *     line    = [ blanks ] [ comment | rule ] [ blanks ]
 *     comment = "#" anything
 *     rule    = "allow" blanks subject blanks bridge { blanks option }
 *             | "deny" blanks subject blanks bridge
 *     subject = "user" blanks account | "uid" blanks number | "group" blanks account | "gid" blanks number | "all"
 *     bridge  = "bridge" blanks ( "all" | name | prefix "*" )
 *     option  = "limit" blanks number | "isolated" | "guard" | "mac" blanks address | "vlan" blanks number
 *             | "tap" blanks name
 *
 * As in vmnet-rules(5). An account, a name and a number go on to the next blank, and have no quotes.
 */
#ifndef VMNETACL_RULE_PARSE_H
#define VMNETACL_RULE_PARSE_H

#include "lines.h"
#include "ruleset.h"

/* Is this a byte that an interface's name may hold, but no rule takes in one? */
extern const bool pattern_refused[UCHAR_MAX + 1];

/*
 * Parse the next line. OK: *is_rule tells whether it holds a rule, which rule is then, with its strings in the text
 * that was parsed. UNAVAIL: error is filled in, and rule is worthless.
 */
enum vmnetacl_status rule_parse_line(struct lines *lines, bool *is_rule, struct rule *rule,
                                     struct vmnetacl_error *error);

#endif
