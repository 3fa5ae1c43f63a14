/* SPDX-License-Identifier: MIT */
/* Names in commands that people paste into a shell. The name of an interface can be $(reboot). */
#pragma once

/* The name, if a shell takes it as it is and a command takes it for no option; else the placeholder. */
const char *shell_word(const char *name, const char *placeholder);
