/* Whom the client trusts and as whom it connects, against a server with certificates of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/certificates.h"
#include "tests/support/folder.h"
#include "tests/support/secure_server.h"

#define DEADLINE (30 * NANOSECONDS_PER_SECOND)
#define NAME "api.lab"

struct lab {
    char *folder;
    char *other_folder;
    struct test_certificates certificates;
    struct test_certificates other; /* of an authority that the server knows nothing of */
    struct secure_server *server;
    struct error error;
};

static int open_lab(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    lab->other_folder = test_folder_create();
    lab->certificates = test_certificates_create(lab->folder, NAME);
    lab->other = test_certificates_create(lab->other_folder, NAME);
    *state = lab;
    return 0;
}

static int close_lab(void **state)
{
    struct lab *lab = *state;
    test_certificates_release(&lab->certificates);
    test_certificates_release(&lab->other);
    test_folder_remove(lab->folder);
    test_folder_remove(lab->other_folder);
    free(lab->folder);
    free(lab->other_folder);
    free(lab);
    return 0;
}

static void start(struct lab *lab, bool asks_for_certificate)
{
    const struct secure_server_options options = {.certificate = lab->certificates.server_certificate,
                                                  .key = lab->certificates.server_key,
                                                  .client_authority = asks_for_certificate ? lab->certificates.authority : NULL};
    lab->server = secure_server_start(&options);
}

/* The status of one request with a kubeconfig of these fields (taken over); 0 = there was no answer. */
static int ask(struct lab *lab, char *cluster, char *user)
{
    AUTO_FREE char *cluster_fields = cluster;
    AUTO_FREE char *user_fields = user;
    AUTO_FREE char *text = memory_format("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
                                         "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:%d', %s}}]\n"
                                         "users: [{name: u, user: {%s}}]\n",
                                         secure_server_port(lab->server), cluster_fields, user_fields);
    AUTO_FREE char *path = memory_format("%s/config", lab->folder);
    test_folder_write_file(path, text);
    lab->error = ERROR_NONE;
    struct kube_client *client = kube_open(path, NULL, &lab->error);
    if (client == NULL)
        fail_msg("%s", lab->error.text);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    int64_t before = clock_monotonic();
    (void)kube_request(client, "GET", "/version", NULL, NULL, DEADLINE, &answer, &lab->error);
    if (clock_monotonic() - before >= DEADLINE / 2)
        fail_msg("only then: %s", lab->error.text); /* what does not heal is not tried until the deadline */
    kube_close(client);
    return answer.code;
}

static char *trusting(const char *authority)
{
    return memory_format("certificate-authority: '%s'", authority);
}

static char *nobody(void)
{
    return memory_copy_bytes("", 0);
}

static void assert_refused(const struct lab *lab, int code)
{
    assert_int_equal(code, 0);
    if (strstr(lab->error.text, "TLS: ") == NULL)
        fail_msg("'%s'", lab->error.text);
    assert_int_equal(secure_server_seen(lab->server).requests, 0);
}

static void test_trust(void **state)
{
    struct lab *lab = *state;
    start(lab, false);
    assert_refused(lab, ask(lab, memory_format("insecure-skip-tls-verify: false"), nobody()));
    assert_refused(lab, ask(lab, trusting(lab->other.authority), nobody()));
    assert_refused(lab,
                   ask(lab, memory_format("certificate-authority: '%s', tls-server-name: elsewhere", lab->certificates.authority),
                       nobody()));
    assert_int_equal(ask(lab, trusting(lab->certificates.authority), nobody()), 200);
    assert_int_equal(ask(lab, memory_format("insecure-skip-tls-verify: true"), nobody()), 200);
    AUTO_FREE char *pem = file_read(lab->certificates.authority, 1 << 20, NULL, NULL);
    AUTO_FREE char *data = base64_encode(pem, strlen(pem));
    assert_int_equal(ask(lab, memory_format("certificate-authority-data: %s", data), nobody()), 200);
    assert_int_equal(
        ask(lab, memory_format("certificate-authority: '%s', tls-server-name: " NAME, lab->certificates.authority), nobody()),
        200);
    assert_string_equal(secure_server_seen(lab->server).server_name, NAME);
    secure_server_stop(lab->server);
}

static void test_client_certificates(void **state)
{
    struct lab *lab = *state;
    const struct test_certificates *own = &lab->certificates;
    start(lab, true);
    assert_int_equal(ask(lab, trusting(own->authority), nobody()), 0);
    assert_int_equal(
        ask(lab, trusting(own->authority),
            memory_format("client-certificate: '%s', client-key: '%s'", lab->other.client_certificate, lab->other.client_key)),
        0);
    assert_int_equal(secure_server_seen(lab->server).requests, 0);
    assert_int_equal(ask(lab, trusting(own->authority),
                         memory_format("client-certificate: '%s', client-key: '%s'", own->client_certificate, own->client_key)),
                     200);
    assert_string_equal(secure_server_seen(lab->server).client_name, "client");
    secure_server_stop(lab->server);
}

/* A program that hands out the client's certificate. */
static void test_certificate_from_a_program(void **state)
{
    struct lab *lab = *state;
    AUTO_FREE char *certificate = file_read(lab->certificates.client_certificate, 1 << 20, NULL, NULL);
    AUTO_FREE char *key = file_read(lab->certificates.client_key, 1 << 20, NULL, NULL);
    AUTO_JSON cJSON *credential = cJSON_CreateObject();
    json_set_text(credential, "kind", "ExecCredential");
    json_set_text(credential, "apiVersion", "client.authentication.k8s.io/v1beta1");
    json_set_text(json_object_at(credential, "status"), "clientCertificateData", certificate);
    json_set_text(json_object_at(credential, "status"), "clientKeyData", key);
    AUTO_FREE char *json = json_print(credential);
    AUTO_FREE char *script = memory_format("#!/bin/sh\ncat <<'END'\n%s\nEND\n", json);
    AUTO_FREE char *path = memory_format("%s/login", lab->folder);
    test_folder_write_file(path, script);
    assert_int_equal(chmod(path, 0700), 0);
    start(lab, true);
    int code = ask(lab, trusting(lab->certificates.authority),
                   memory_format("exec: {command: ./login, apiVersion: client.authentication.k8s.io/v1beta1}"));
    if (code != 200)
        fail_msg("%d: %s", code, lab->error.text);
    assert_string_equal(secure_server_seen(lab->server).client_name, "client");
    secure_server_stop(lab->server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_trust, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_client_certificates, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_certificate_from_a_program, open_lab, close_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
