# SPDX-License-Identifier: MIT
# Runs before anything is installed: with a umask such as 077, other users cannot enter the directories that an install
# makes. They could not start a helper there, nor read its manual pages, so an install by root ends. It goes on for a
# package, whose tools set the modes, and for a user other than root, whose directories are his own matter.

cmake_minimum_required(VERSION 3.22)
execute_process(COMMAND sh -c "id -u; umask" OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "\n.*" "" uid "${answer}")
string(REGEX REPLACE ".*\n" "" umask "${answer}")
if(NOT umask MATCHES "[02][02]$")
  set(what "vmnet-helper: with the umask ${umask}, other users cannot enter the directories that are made")
  if("$ENV{DESTDIR}" STREQUAL "" AND uid EQUAL 0)
    message(FATAL_ERROR "${what}; set another one and install again: umask 022")
  endif()
  message(STATUS "${what}; if they are to enter, set the mode of these directories to 0755")
endif()
