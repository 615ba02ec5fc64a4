/*
 * Background threads that nobody joins: they end with their work or with the process.
 */
#ifndef WEBAPP_WORKER_H
#define WEBAPP_WORKER_H

#include <stddef.h>

/* Enough for a request's frames, small enough for thousands of threads. */
#define WORKER_STACK_SIZE ((size_t)256 * 1024)

/* 0, or -1 when the system refuses another thread. */
int worker_start(void *(*work)(void *), void *argument);

#endif
