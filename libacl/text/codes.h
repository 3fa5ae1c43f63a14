/* SPDX-License-Identifier: MIT */
/* What each code means: the one table of errors. Pure. */
#ifndef VMNETACL_CODES_H
#define VMNETACL_CODES_H

#include "vmnetacl.h"

/* UNAVAIL, TRYAGAIN or INVALID; OK for NONE. */
enum vmnetacl_status code_status(enum vmnetacl_code code);

#endif
