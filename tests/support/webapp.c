#include "tests/support/webapp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"

#define FLAG_MAXIMUM 40
#define START_SECONDS 10
#define LOOK (5 * NANOSECONDS_PER_MILLISECOND)

static void wait_for_first_line(const struct test_webapp *webapp)
{
    int64_t deadline = clock_monotonic() + START_SECONDS * NANOSECONDS_PER_SECOND;
    bool started = false;
    while (!started && clock_monotonic() < deadline) {
        AUTO_FREE char *log = test_child_errors(webapp->child);
        started = strchr(log, '\n') != NULL;
        if (!started)
            clock_sleep_until(clock_monotonic() + LOOK);
    }
    AUTO_FREE char *log = test_child_errors(webapp->child);
    if (strstr(log, "info webapp: pod " TEST_WEBAPP_NAME) == NULL)
        fail_msg("webapp did not start: %s", log);
}

struct test_webapp test_webapp_start(const char *const *flags)
{
    struct test_webapp webapp = {.child = NULL};
    const char *arguments[FLAG_MAXIMUM] = {"--pod-name", TEST_WEBAPP_NAME, "--address", test_loopback_address(webapp.address)};
    for (size_t i = 0, count = 4; flags[i] != NULL; i++) {
        assert_true(count + 1 < FLAG_MAXIMUM);
        arguments[count++] = flags[i];
    }
    webapp.child = test_child_start("webapp", arguments, NULL);
    wait_for_first_line(&webapp);
    return webapp;
}

void test_webapp_end(struct test_webapp *webapp)
{
    test_child_end(webapp->child);
    webapp->child = NULL;
}

char *test_webapp_url(const struct test_webapp *webapp, const char *path, char text[TEST_URL_SIZE])
{
    (void)snprintf(text, TEST_URL_SIZE, "http://%s:%d%s", webapp->address, TEST_WEBAPP_PORT, path);
    return text;
}

struct test_http_answer test_webapp_ask(const struct test_webapp *webapp, const char *method, const char *path)
{
    char url[TEST_URL_SIZE];
    struct test_http_answer answer;
    const struct test_http_request request = {.method = method, .url = test_webapp_url(webapp, path, url), .timeout = 30};
    test_http_send(&request, &answer);
    return answer;
}

struct test_http_answer test_webapp_get(const struct test_webapp *webapp, const char *path)
{
    return test_webapp_ask(webapp, NULL, path);
}

double test_webapp_metric(const struct test_webapp *webapp, const char *name)
{
    struct test_http_answer answer = test_webapp_get(webapp, "/metrics");
    size_t length = strlen(name);
    double sum = 0;
    assert_int_equal(answer.status, 200);
    for (const char *line = answer.body.data; line != NULL && *line != '\0';) {
        bool named = strncmp(line, name, length) == 0 && (line[length] == ' ' || line[length] == '{');
        const char *value = line + strcspn(line, " ");
        sum += named ? strtod(value, NULL) : 0;
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    test_http_release(&answer);
    return sum;
}
