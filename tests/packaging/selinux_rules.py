#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""selinux_rules.py POLICY: what the domains of conf/selinux may do in this policy, and who enters them, is what is
listed here. Rules that a boolean turns on are left out: they are of interfaces for the name service."""

import sys

import setools

HELPER, SERVICE = "vmnet_helper_t", "vmnet_helperd_t"
WRITES = ("write", "append", "create", "unlink", "rename", "setattr", "relabelfrom", "relabelto")
SIGNALS = ("signal", "sigkill", "sigstop", "ptrace")

# Each one to itself.
OWN = {
    HELPER: {
        "capability": {"net_admin", "setgid", "setuid"},
        "tun_socket": {"attach_queue", "create", "relabelfrom", "relabelto"},
    },
    SERVICE: {
        "capability": {"kill", "net_admin", "setgid", "setuid"},
        "cap_userns": {"sys_ptrace"},
        "tun_socket": {"attach_queue", "create", "relabelfrom", "relabelto"},
    },
}
OWN_CLASSES = ("capability", "capability2", "cap_userns", "cap2_userns", "process2", "tun_socket", "bpf", "perf_event")

# Files are written nowhere but in /proc/self and to stderr; no program is executed, no other domain entered, and no
# process but its own is signalled. (sigchld goes to the parent.) init_tmpfs_t is a descriptor that init may leave open.
OTHERS = [
    (HELPER, "file", WRITES, {HELPER, "user_home_t", "user_tmp_t"}), # those of the user only if they are open
    (HELPER, "dir", WRITES + ("add_name", "remove_name"), set()),
    (HELPER, "file", ("execute_no_trans", "entrypoint"), {"vmnet_helper_exec_t"}),
    (HELPER, "process", ("transition", "dyntransition"), set()),
    (HELPER, "process", SIGNALS, {HELPER}),
    (HELPER, "chr_file", ("write",), {"console_device_t", "devtty_t", "null_device_t", "tun_tap_device_t",
                                      "user_devpts_t", "user_tty_device_t", "zero_device_t"}),
    (HELPER, "blk_file", ("read", "write"), set()),
    (SERVICE, "file", WRITES, {SERVICE, "init_tmpfs_t"}),
    (SERVICE, "dir", WRITES + ("add_name", "remove_name"), {"vmnet_helper_run_t", "var_run_t"}),
    (SERVICE, "file", ("execute_no_trans", "entrypoint"), {"vmnet_helperd_exec_t"}),
    (SERVICE, "process", ("transition", "dyntransition"), set()),
    (SERVICE, "process", SIGNALS, {SERVICE}),
    (SERVICE, "blk_file", ("read", "write"), set()),
]
SECRETS = ("shadow_t", "security_t", "memory_device_t", "fixed_disk_device_t")
ENTERED_BY = {HELPER: {"unconfined_t", "virt_domain", "virtd_t"}, SERVICE: {"init_t", "initrc_t"}}

failed = False


def check(what, found, wanted):
    global failed
    if found == wanted:
        return
    failed = True
    print(f"FAILED: {what}: {' '.join(sorted(found)) or 'none'}; wanted: {' '.join(sorted(wanted)) or 'none'}")


def names(type_or_attribute):
    """Its own name, and those of the types that an attribute stands for."""
    return {str(type_or_attribute)} | {str(each) for each in type_or_attribute.expand()}


def is_unconditional(rule):
    try:
        return rule.conditional is None
    except (AttributeError, setools.exception.RuleNotConditional):
        return True


def main():
    policy = setools.SELinuxPolicy(sys.argv[1])
    rules = {HELPER: [], SERVICE: []}
    entered_by = {HELPER: set(), SERVICE: set()}
    for rule in policy.terules():
        if rule.ruletype != setools.TERuletype.allow or not is_unconditional(rule):
            continue
        sources = names(rule.source)
        for domain in rules.keys() & sources:
            target = domain if str(rule.target) == "self" else str(rule.target)
            rules[domain].append((str(rule.tclass), target, set(map(str, rule.perms)), names(rule.target)))
        if str(rule.tclass) == "process" and "transition" in rule.perms:
            for domain in entered_by.keys() & names(rule.target):
                entered_by[domain].add(str(rule.source))

    for domain, own in OWN.items():
        for own_class in OWN_CLASSES:
            found = set()
            for tclass, _, perms, targets in rules[domain]:
                if tclass == own_class and domain in targets:
                    found |= perms
            check(f"{domain} may do to itself, {own_class}", found, own.get(own_class, set()))
    for domain, of_class, of_perms, wanted in OTHERS:
        found = {target for tclass, target, perms, _ in rules[domain] if tclass == of_class and perms & set(of_perms)}
        check(f"{domain} may {','.join(of_perms)} {of_class} of", found, wanted)
    for domain in rules:
        found = {target for tclass, target, perms, targets in rules[domain]
                 if targets & set(SECRETS) and perms & {"read", "write"}}
        check(f"{domain} may read or write secrets of", found, set())
        found = {target for tclass, target, perms, _ in rules[domain]
                 if tclass == "file" and "open" in perms and perms & set(WRITES)}
        check(f"{domain} may open and write files of", found, {domain})
        check(f"who enters {domain}", entered_by[domain], ENTERED_BY[domain])
        if not rules[domain]:
            check(f"rules of {domain}", set(), {"some"})
    sys.exit(failed)


main()
