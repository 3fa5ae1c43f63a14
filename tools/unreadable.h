/* SPDX-License-Identifier: MIT */
/* Why this process may not read a file: a directory on the way to it, or the mode of the file. */
#pragma once

#include "account.h"

/* The first directory on the way to an absolute path that may not be searched, to be freed; NULL when all may. */
char *unreadable_directory(const char *path);

/*
 * What keeps the user from reading the file, and what can be done about it, as a sentence, escaped, to be freed. It
 * does not tell to join a group: what else that would grant is not known here. account: the user who was asked about;
 * if this process reads as another, the sentence is about that one, and says "you".
 */
char *unreadable_advice(const struct account *account, const char *path);
