/* SPDX-License-Identifier: MIT */
#pragma once

/* The value of an option that is a number, socket(7); -1 if fd is not a socket: none of those asked for is negative. */
int socket_option(int fd, int option);
