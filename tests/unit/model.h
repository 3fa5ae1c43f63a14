/* SPDX-License-Identifier: MIT */
/*
 * The oracle: what bridge.conf means, written once more, slowly and obviously, from its man page. Shares nothing with
 * libacl but the numbers of the public header.
 */
#ifndef UNIT_MODEL_H
#define UNIT_MODEL_H

#include "vmnetacl.h"

/* ALLOW, DENY or NOTFOUND for a bridge's name; UNAVAIL when anything is wrong. files[0] is bridge.conf. */
enum vmnetacl_status model_decide(const struct vmnetacl_buffer *files, size_t files_count, const char *bridge);

#endif
