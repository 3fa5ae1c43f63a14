#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""authorize.py BRIDGE: may the user who runs this program use the bridge? Exit status 0: yes; 1: no."""
import ctypes
import sys

ALLOW = 1  # VMNETACL_ALLOW, the one status that permits anything


class Place(ctypes.Structure):
    """struct vmnetacl_place"""

    _fields_ = [
        ("source", ctypes.c_char_p),
        ("file", ctypes.c_char_p),
        ("line", ctypes.c_uint),
        ("column", ctypes.c_uint),
        ("reserved", ctypes.c_void_p),
    ]


class Rule(ctypes.Structure):
    """The beginning of struct vmnetacl_rule, which the library makes"""

    _fields_ = [("place", Place), ("is_deny", ctypes.c_bool)]


lib = ctypes.CDLL("libvmnetacl.so.1")
lib.vmnetacl_status_name.restype = ctypes.c_char_p
lib.vmnetacl_rules_next.restype = ctypes.POINTER(Rule)
lib.vmnetacl_authorize.argtypes = [
    ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
]

policy, caller, rules = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
lib.vmnetacl_load(ctypes.byref(policy), None)
lib.vmnetacl_caller_self(ctypes.byref(caller), None)
verdict = lib.vmnetacl_authorize(policy, caller, sys.argv[1].encode(), 0, None, None)

lib.vmnetacl_rules_open(policy, ctypes.byref(rules))
count = 0
while lib.vmnetacl_rules_next(rules):
    count += 1
print(f"{sys.argv[1]}: {lib.vmnetacl_status_name(verdict).decode()}, of {count} rules")

lib.vmnetacl_rules_close(rules)
lib.vmnetacl_caller_free(caller)
lib.vmnetacl_free(policy)
sys.exit(0 if verdict == ALLOW else 1)
