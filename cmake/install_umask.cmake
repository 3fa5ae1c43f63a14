# SPDX-License-Identifier: MIT
# Runs before anything is installed: an install with a umask such as 077 would make directories that users cannot enter.
# They could not start a helper there, nor read its manual pages. Into DESTDIR, it is said, and left for the package.

cmake_minimum_required(VERSION 3.22)
execute_process(COMMAND sh -c umask OUTPUT_VARIABLE umask OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT umask MATCHES "[02][02]$")
  if("$ENV{DESTDIR}" STREQUAL "")
    message(FATAL_ERROR "vmnet-helper: users could not enter the directories that are made with the umask ${umask}; "
      "set another one and install again: umask 022")
  endif()
  message(STATUS "vmnet-helper: the umask is ${umask}: users cannot enter the directories that are made; the package "
    "must set their mode to 0755")
endif()
