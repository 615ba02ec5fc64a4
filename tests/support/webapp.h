/*
 * A webapp of the build on a loopback address of its own.
 */
#ifndef TESTS_SUPPORT_WEBAPP_H
#define TESTS_SUPPORT_WEBAPP_H

#include "tests/support/child.h"
#include "tests/support/http.h"
#include "tests/support/network.h"

#define TEST_WEBAPP_PORT 8080
#define TEST_WEBAPP_NAME "webapp-test-0"
#define TEST_URL_SIZE 256

struct test_webapp {
    struct test_child *child;
    char address[TEST_LOOPBACK_TEXT_SIZE];
};

/* Starts it with more flags (NULL at the end) and waits for its first line in the log: its port is bound, and it listens
 * unless it boots in the refuse mode. Fails the test when it does not start. End it with test_webapp_end. */
struct test_webapp test_webapp_start(const char *const *flags);

/* test_webapp_run("--boot", "1s") */
#define test_webapp_run(...) test_webapp_start((const char *const[]){__VA_ARGS__, NULL})

/* Kills it when it runs. Fits CLEANUP(). */
void test_webapp_end(struct test_webapp *webapp);

/* "http://ADDRESS:8080" and the path. Returns text. */
char *test_webapp_url(const struct test_webapp *webapp, const char *path, char text[TEST_URL_SIZE]);

/* GET on a connection of its own. Release the answer with test_http_release. */
struct test_http_answer test_webapp_get(const struct test_webapp *webapp, const char *path);

/* The same with another method and no body. */
struct test_http_answer test_webapp_ask(const struct test_webapp *webapp, const char *method, const char *path);

/* The sum of a metric over its labels; 0 when it is not there. */
double test_webapp_metric(const struct test_webapp *webapp, const char *name);

#endif
