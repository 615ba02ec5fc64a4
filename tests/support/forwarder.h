/*
 * A TCP forwarder of tests that can go away and come back, as a server does behind a broken network: while it is away, its
 * connections are cut and new ones are refused.
 */
#ifndef TESTS_SUPPORT_FORWARDER_H
#define TESTS_SUPPORT_FORWARDER_H

struct test_forwarder;

/* From 127.0.0.1 on a port of its own to an address. Fails the test when it cannot start. */
struct test_forwarder *test_forwarder_start(const char *address, int port);

/* To the server of a kubeconfig with one; the changed kubeconfig is written, in which the forwarder stands in the server's place
 * (whose certificate is for its own address). */
struct test_forwarder *test_forwarder_before(const char *kubeconfig, const char *changed);

void test_forwarder_stop(struct test_forwarder *forwarder);
int test_forwarder_port(const struct test_forwarder *forwarder);

/* Both return when it is so. */
void test_forwarder_leave(struct test_forwarder *forwarder);
void test_forwarder_return(struct test_forwarder *forwarder);

#endif
