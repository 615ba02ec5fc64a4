/* Credentials that change while a client is at work, against a server that takes only the newest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define DEADLINE (30 * NANOSECONDS_PER_SECOND)

struct lab {
    struct fake_server *server;
    char *folder;
    struct kube_client *client;
    const char *accepted; /* a line of the request's headers */
};

static void answer(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    const struct lab *lab = context;
    bool good = strstr(request->headers, lab->accepted) != NULL;
    fake_answer(connection, good ? 200 : 401, "application/json", "", good ? "{}" : "{\"message\":\"Unauthorized\"}");
}

static void write_file(const struct lab *lab, const char *name, const char *text)
{
    AUTO_FREE char *path = memory_format("%s/%s", lab->folder, name);
    test_folder_write_file(path, text);
    assert_int_equal(chmod(path, 0700), 0);
}

static void open_lab(struct lab *lab, const char *user)
{
    *lab = (struct lab){.folder = test_folder_create(), .accepted = ""};
    lab->server = fake_server_start(answer, lab);
    AUTO_FREE char *config = memory_format("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
                                           "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:%d'}}]\n"
                                           "users: [{name: u, user: {%s}}]\n",
                                           fake_server_port(lab->server), user);
    write_file(lab, "token", "first");
    write_file(lab, "config", config);
    AUTO_FREE char *path = memory_format("%s/config", lab->folder);
    struct error error = ERROR_NONE;
    lab->client = kube_open(path, NULL, &error);
    if (lab->client == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->client, 0);
}

static void close_lab(struct lab *lab)
{
    kube_close(lab->client);
    fake_server_stop(lab->server);
    test_folder_remove(lab->folder);
    free(lab->folder);
}

/* The code of one request whose headers must hold a line. */
static int ask(struct lab *lab, const char *accepted, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer got = {.code = 0};
    lab->accepted = accepted;
    (void)kube_request(lab->client, "GET", "/thing", NULL, NULL, DEADLINE, &got, error);
    return got.code;
}

static void test_token_file(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab, "tokenFile: token");
    assert_int_equal(ask(&lab, "Authorization: Bearer first\r\n", NULL), 200);
    write_file(&lab, "token", "the second\n");
    assert_int_equal(ask(&lab, "Authorization: Bearer first\r\n", NULL), 200); /* what cannot be read changes nothing */
    write_file(&lab, "token", "third-one");
    assert_int_equal(ask(&lab, "Authorization: Bearer third-one\r\n", NULL), 200);
    assert_int_equal(ask(&lab, "Authorization: Bearer fourth\r\n", NULL), 401);
    assert_int_equal(fake_server_requests(lab.server), 4);
    close_lab(&lab);
}

/* Counts its runs in the file "runs" and hands out the number as token; the file "expires" says until when. */
#define PROGRAM                                                                                                                  \
    "#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit 1\necho x >> runs\n[ ! -e broken ] || exit 1\n"                                 \
    "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"run-%s\"'"  \
    " \"$(wc -l < runs)\"\nprintf '%s}}' \"$(cat expires)\"\n"
#define EXEC "exec: {command: ./login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"

static size_t runs_of(const struct lab *lab)
{
    AUTO_FREE char *path = memory_format("%s/runs", lab->folder);
    AUTO_FREE char *text = file_read(path, 4096, NULL, NULL);
    return text != NULL ? strlen(text) / 2 : 0;
}

static void test_program_runs_when_it_must(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab, EXEC);
    write_file(&lab, "login", PROGRAM);
    write_file(&lab, "expires", "");
    assert_int_equal(runs_of(&lab), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(&lab, "Authorization: Bearer run-1\r\n", NULL), 200);
    assert_int_equal(runs_of(&lab), 1);
    /* Refused: run once more, and no further when that does not help. */
    assert_int_equal(ask(&lab, "Authorization: Bearer run-2\r\n", NULL), 200);
    write_file(&lab, "expires", ",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"");
    assert_int_equal(ask(&lab, "Authorization: Bearer none\r\n", NULL), 401);
    assert_int_equal(runs_of(&lab), 3);
    /* Expired: run for every request. */
    assert_int_equal(ask(&lab, "Authorization: Bearer run-4\r\n", NULL), 200);
    assert_int_equal(ask(&lab, "Authorization: Bearer run-5\r\n", NULL), 200);
    write_file(&lab, "broken", "");
    struct error error = ERROR_NONE;
    assert_int_equal(ask(&lab, "Authorization: Bearer run-6\r\n", &error), 0);
    assert_non_null(strstr(error.text, "ended with exit status 1"));
    assert_int_equal(ask(&lab, "Authorization: Bearer run-6\r\n", &error), 0);
    assert_int_equal(runs_of(&lab), 6); /* not again at once */
    close_lab(&lab);
}

static void test_token_wins_over_program(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab, "token: own, " EXEC);
    assert_int_equal(ask(&lab, "Authorization: Bearer own\r\n", NULL), 200);
    assert_int_equal(ask(&lab, "Authorization: Bearer other\r\n", NULL), 401);
    close_lab(&lab);
}

static void test_password_and_impersonation(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab, "username: me, password: secret, as: jane, as-groups: [dev]");
    assert_int_equal(ask(&lab, "Authorization: Basic bWU6c2VjcmV0\r\n", NULL), 200);
    assert_int_equal(ask(&lab, "Impersonate-User: jane\r\nImpersonate-Group: dev\r\n", NULL), 200);
    close_lab(&lab);
}

/* A proxy on 127.0.0.1 is asked for the whole URL when the server is plain http. */
static void test_proxy(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab, "token: own");
    AUTO_FREE char *config = memory_format("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
                                           "clusters: [{name: c, cluster: {server: 'http://api.nowhere.invalid:1', proxy-url: "
                                           "'http://127.0.0.1:%d'}}]\n",
                                           fake_server_port(lab.server));
    AUTO_FREE char *path = memory_format("%s/proxied", lab.folder);
    test_folder_write_file(path, config);
    kube_close(lab.client);
    lab.client = kube_open(path, NULL, NULL);
    assert_non_null(lab.client);
    assert_int_equal(ask(&lab, "GET http://api.nowhere.invalid:1/thing HTTP/1.1\r\n", NULL), 200);
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_file),
        cmocka_unit_test(test_program_runs_when_it_must),
        cmocka_unit_test(test_token_wins_over_program),
        cmocka_unit_test(test_password_and_impersonation),
        cmocka_unit_test(test_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
