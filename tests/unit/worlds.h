/* SPDX-License-Identifier: MIT */
/* The library's answers to a question of the model's, and whether they are the model's. */
#ifndef UNIT_WORLDS_H
#define UNIT_WORLDS_H

#include "model.h"

/*
 * Ask the library in every way that it can be asked, with the name service of fake_names.h: NULL, or what it got wrong.
 * The model's answer is in *answer.
 */
const char *worlds_compare(const struct model_question *question, struct model_answer *answer);

#endif
