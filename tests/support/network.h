/*
 * Loopback addresses and ports of tests.
 */
#ifndef TESTS_SUPPORT_NETWORK_H
#define TESTS_SUPPORT_NETWORK_H

#include <stdbool.h>

#define TEST_LOOPBACK_TEXT_SIZE 16

/* A random address 127.177.x.y, on which every port is most likely free. Returns text. */
char *test_loopback_address(char text[TEST_LOOPBACK_TEXT_SIZE]);

/* A TCP connection as a descriptor that the caller closes, or -1: refused, or not made within seconds. */
int test_tcp_connect(const char *address, int port, double seconds);

/* Tries until a connection is made, for up to seconds. */
bool test_tcp_wait(const char *address, int port, double seconds);

/* Sends all of text. 0 or -1. */
int test_tcp_send(int descriptor, const char *text);

/* Reads until the peer closes, size - 1 bytes are there or seconds have passed; text gets a NUL. The number of bytes; -1
 * when the connection was reset (what came before is in text). */
long test_tcp_receive(int descriptor, char *text, unsigned long size, double seconds);

#endif
