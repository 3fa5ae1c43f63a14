# SPDX-License-Identifier: MIT
# Runs after a program that must be static was linked, and fails if it is not. READELF: readelf(1); PROGRAM: its path.

cmake_minimum_required(VERSION 3.22)
execute_process(COMMAND ${READELF} -lW -dW ${PROGRAM} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
if(NOT text MATCHES "Elf file type is DYN")
  message(FATAL_ERROR "${PROGRAM} is not position-independent, although VMNET_STATIC_PIE is on")
endif()
if(text MATCHES " INTERP |\\(NEEDED\\)")
  message(FATAL_ERROR "${PROGRAM} is not static, although VMNET_STATIC_PIE is on; does CFLAGS or LDFLAGS have an option "
    "such as -pie or -shared?")
endif()
