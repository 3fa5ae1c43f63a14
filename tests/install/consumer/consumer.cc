// SPDX-License-Identifier: MIT
// consumer BRIDGE: the installed header in C++, and a policy that frees itself.
#include <cstdio>
#include <memory>
#include <vmnetacl.h>

int main(int argc, char *argv[])
{
    vmnetacl_policy *policy = nullptr;
    vmnetacl_caller *caller = nullptr;
    vmnetacl_decision decision;
    unsigned count = 0;

    (void)vmnetacl_load(&policy, nullptr);
    const std::unique_ptr<vmnetacl_policy, void (*)(vmnetacl_policy *)> policy_owner(policy, vmnetacl_free);
    (void)vmnetacl_caller_self(&caller, nullptr);
    const std::unique_ptr<vmnetacl_caller, void (*)(vmnetacl_caller *)> caller_owner(caller, vmnetacl_caller_free);
    const auto verdict = vmnetacl_authorize(policy, caller, argc == 2 ? argv[1] : nullptr, 0, &decision, nullptr);
    (void)vmnetacl_enumerate(
        policy, caller, nullptr, nullptr, 0,
        [](const char *, const vmnetacl_decision *, void *data) { return ++*static_cast<unsigned *>(data) < 2; },
        &count, nullptr);
    std::printf("%s: %s, %u\n", argv[1], vmnetacl_status_name(verdict), count);
    return verdict == VMNETACL_ALLOW ? 0 : 1;
}
